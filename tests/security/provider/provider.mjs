// A certified OpenID provider (npm: oidc-provider) with people invented for the tests. Its own pages for trying let in
// whoever says a login; which roles somebody has is told by the claim `roles` of the id token.
//
// node provider.mjs ISSUER CLIENT_ID CLIENT_SECRET REDIRECT_URI…
import { Provider } from "oidc-provider";

const [issuer, client_id, client_secret, ...redirect_uris] = process.argv.slice(2);
const ROLES = { mika: ["coordinator"], yui: ["operator", "auditor"], "Ken.Ito@example.org": ["coordinator"] };

const provider = new Provider(issuer, {
  clients: [{ client_id, client_secret, redirect_uris, response_types: ["code"], grant_types: ["authorization_code"] }],
  claims: { openid: ["sub", "roles", "name", "email"] },
  conformIdTokenClaims: false,
  pkce: { required: () => true },
  cookies: { keys: ["of-the-tests-only"] },
  findAccount: (_context, sub) => ({
    accountId: sub,
    claims: () => ({ sub, roles: ROLES[sub] ?? [], name: "Sato Mika", email: "mika.sato@example.org" }),
  }),
});
provider.listen(Number(new URL(issuer).port), "localhost", () => console.log("ready"));
