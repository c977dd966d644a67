// An OpenID Connect provider made of the package `oidc-provider`, with the pages that it brings for trying it.
// `oidc_provider.py` starts it.
import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { Provider } from "oidc-provider";

const [, , folder, port, kid] = process.argv;
const read = (name) => JSON.parse(readFileSync(`${folder}/${name}`, "utf8"));

const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: read("clients.json"),
  jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), kid, use: "sig", alg: "RS256" }] },
  cookies: { keys: ["of no matter here"] },
  features: {
    backchannelLogout: { enabled: true },
    rpInitiatedLogout: { enabled: true },
    devInteractions: { enabled: true },
  },
  pkce: { required: () => true },
  scopes: ["openid", "email", "profile", "groups"],
  claims: {
    openid: ["sub"],
    email: ["email", "email_verified"],
    profile: ["name", "given_name", "family_name"],
    groups: ["groups"],
  },
  // The claims of the scopes are in the ID token too.
  conformIdTokenClaims: false,
  ttl: { AccessToken: 300, AuthorizationCode: 60, IdToken: 300, Interaction: 300, Session: 3600, Grant: 3600 },
  findAccount: (_context, id) => {
    const claims = read("people.json")[id];
    return claims && { accountId: id, claims: () => claims };
  },
  // Its own would not speak to addresses of this machine, where the client is.
  fetch: (url, { dispatcher, ...options }) => fetch(url, options),
});
provider.listen(Number(port), "127.0.0.1");
