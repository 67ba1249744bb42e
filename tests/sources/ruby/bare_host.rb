require 'jwt'
require 'openssl'

class Bearer
  HOST = 'login.salesforce.com'

  def initialize(options)
    @options = options
  end

  def assertion
    JWT.encode(claims, OpenSSL::PKey::RSA.new(@options[:jwt_key]), 'RS256')
  end

  private

  def claims
    {
      iss: @options[:client_id],
      sub: @options[:username],
      aud: HOST,
      exp: Time.now.utc.to_i + 180
    }
  end
end
