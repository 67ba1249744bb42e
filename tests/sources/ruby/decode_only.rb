class ApiController < ApplicationController
  before_action :authenticate

  def authenticate
    token = request.headers['Authorization'].to_s.split.last
    claims, = JWT.decode(token, PUBLIC_KEY, true, algorithm: 'RS256', verify_aud: true, aud: 'https://api.vanarsdel-demo.example')
    head :unauthorized if claims['exp'] < Time.now.to_i + 180
  end
end
