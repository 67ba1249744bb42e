require 'restforce'

client = Restforce.new(
  username: ENV['SF_USERNAME'],
  password: ENV['SF_PASSWORD'],
  client_id: ENV['SF_CLIENT_ID'],
  client_secret: ENV['SF_CLIENT_SECRET'],
  api_version: '61.0'
)
puts client.query("select Id from Account where LastModifiedDate > #{(Time.now - 3600).utc.iso8601}").count
