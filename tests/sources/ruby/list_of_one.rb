payload = {}
payload['iss'] = '3MVG9pe2TCoA1Pf4nUjKx7sWmZr0Lq8VbYhD5cEtGgN3aJiQyX6oFuRkBwSlHdTvMzP9eCnA2IpUrOxK1jLsW'
payload['sub'] = 'jobs@vanarsdel-demo.example'
payload['aud'] = ['https://login.salesforce.com']
payload['exp'] = Time.now.to_i + 60
token = JWT.encode(payload, key, 'RS256')
