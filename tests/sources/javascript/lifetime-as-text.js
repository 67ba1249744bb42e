// why is my assertion refused half of the time?
const jwt = require("jsonwebtoken");
const cert = require("fs").readFileSync("keys/salesforce.pem");

const token = jwt.sign({}, cert, {
  algorithm: "RS256",
  issuer: "3MVG9pe2TCoA1Pf4nUjKx7sWmZr0Lq8VbYhD5cEtGgN3aJiQyX6oFuRkBwSlHdTvMzP9eCnA2IpUrOxK1jLsW",
  subject: "etl@contoso-demo.example",
  audience: "https://login.salesforce.com",
  expiresIn: '180',
});
