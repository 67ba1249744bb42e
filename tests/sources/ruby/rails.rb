module Salesforce
  class Assertion
    AUDIENCE = Rails.env.production? ? "https://login.salesforce.com" : "https://test.salesforce.com"

    def self.call
      JWT.encode(
        {
          iss: Rails.application.credentials.dig(:salesforce, :client_id),
          sub: ENV.fetch("SF_USERNAME"),
          aud: "https://test.salesforce.com",
          exp: 5.minutes.from_now.to_i
        },
        OpenSSL::PKey::RSA.new(Rails.application.credentials.dig(:salesforce, :key)),
        "RS256"
      )
    end
  end
end
