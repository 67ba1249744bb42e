import calendar, datetime, jwt

expiry = datetime.datetime.now() + datetime.timedelta(minutes=5)
assertion = jwt.encode({
    "iss": "3MVG9Rd3qC6oMalZk1vWuT8yHbP0xJfNs5GgEeLi7KwQzY2tVjXrDcBnUmAo4F9hSpI6sRlEkOqT3wZxC8vGd",
    "sub": "agent@tailspin-demo.example",
    "aud": "https://login.salesforce.com",
    "exp": calendar.timegm(expiry.timetuple()),
}, private_key, algorithm="RS256")
