// A SAML identity provider made of the package `samlp`: metadata, a sign-in form, an answer. `samlp.py` starts it.
const fs = require("fs");
const express = require("express");
const samlp = require("samlp");

const [, , folder, port] = process.argv;
const read = (name) => fs.readFileSync(`${folder}/${name}`, "utf8");
const escape = (text) => text.replace(/[&<>"]/g, (one) => `&#${one.charCodeAt(0)};`);

function Profile(person) {
  if (!(this instanceof Profile)) return new Profile(person);
  this.getClaims = () => person.attributes;
  this.getNameIdentifier = () => ({
    nameIdentifier: person.email,
    nameIdentifierFormat: "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
  });
}
Profile.prototype.metadata = [];

const options = {
  issuer: `http://127.0.0.1:${port}/metadata`,
  cert: read("idp.crt"),
  key: read("idp.key"),
  signResponse: true,
  lifetimeInSeconds: 300,
  profileMapper: Profile,
  redirectEndpointPath: "/sso",
  postEndpointPath: "/sso",
};

// It answers to whom `service-providers.json` names, at the address there, whatever a request says.
const service = (issuer) => JSON.parse(read("service-providers.json"))[issuer];

const app = express();
app.use(express.urlencoded({ extended: false }));
app.get("/metadata", samlp.metadata(options));
app.all("/sso", (request, response, next) => {
  const { login, password } = request.body;
  const person = JSON.parse(read("people.json"))[login];
  if (!person || person.password !== password) {
    return response.send(
      `<form method="post" action="${escape(request.originalUrl)}"><input name="login"><input type="password" name="password"></form>`,
    );
  }
  samlp.parseRequest(request, (error, asked) => {
    const known = asked && service(asked.issuer);
    if (error || !known) return response.status(400).send("no request of a service provider that is known here");
    samlp.auth({
      ...options,
      getUserFromRequest: () => person,
      getPostURL: (_issuer, _request, _response, done) => done(null, known.acs),
      destination: known.acs,
      recipient: known.acs,
    })(request, response, next);
  });
});
app.listen(Number(port), "127.0.0.1");
