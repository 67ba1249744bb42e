import os
import time
import requests

def login():
    started = time.time() + 300
    answer = requests.post("https://woodgrove-demo.my.salesforce.com/services/oauth2/token", data={
        "grant_type": "client_credentials",
        "client_id": os.environ["SF_CLIENT_ID"],
        "client_secret": os.environ["SF_CLIENT_SECRET"],
    })
    return answer.json()["access_token"], started
