const jwt = require('jsonwebtoken');

app.use((req, res, next) => {
  const [, token] = (req.headers.authorization || '').split(' ');
  const claims = jwt.verify(token, publicKey, { algorithms: ['RS256'], audience: 'https://api.fabrikam-demo.example' });
  if (claims.exp * 1000 < Date.now() + 300) return res.status(401).end();
  req.user = jwt.decode(token).sub;
  next();
});
