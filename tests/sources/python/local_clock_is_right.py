from datetime import datetime, timedelta
import configparser
import jwt

settings = configparser.ConfigParser()
settings.read('sync.ini')

# naive, but local time all the way: timestamp() takes it for local time as well
until = datetime.now() + timedelta(minutes=2)
token = jwt.encode(
    {'iss': settings['salesforce']['consumer_key'],
     'sub': 'ops@woodgrove-demo.example',
     'aud': 'https://login.salesforce.com',
     'exp': int(until.timestamp())},
    settings['salesforce']['key'], algorithm='RS256')
