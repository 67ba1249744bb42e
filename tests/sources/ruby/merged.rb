# frozen_string_literal: true

require 'jwt'
require 'yaml'

class Login
  ALGORITHM = 'RS256'

  def initialize(path = 'config/salesforce.yml')
    @identity = YAML.safe_load_file(path, symbolize_names: true).slice(:iss, :sub)
  end

  def assertion(key)
    JWT.encode(claims, key, ALGORITHM)
  end

  private

  def claims
    { **@identity, aud: 'https://login.salesforce.com', exp: Time.now.to_i + 180 }
  end
end
