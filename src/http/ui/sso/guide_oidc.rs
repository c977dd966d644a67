//! What providers call what OpenID Connect needs.

use super::guide::{ANSWER, BACK_CHANNEL, Guide, HOME, LOGIN};

/// Every provider that has a guide; the last is for all others.
pub(super) const GUIDES: [Guide; 8] = [
    Guide {
        provider: "okta",
        place: "Applications, Create App Integration, OIDC, Web Application",
        fields: &[
            ("Sign-in redirect URIs", ANSWER),
            ("Sign-out redirect URIs", HOME),
            ("Initiate login URI", LOGIN),
            ("Grant type", "Authorization Code"),
            (
                "Sign On, Group claim filter",
                "groups, Matches regex, .* – and the scope groups here",
            ),
        ],
        sources: ["email", "given_name", "family_name", "groups"],
        preset: "auth0",
        theirs: "Client ID and Client Secret of the app; the issuer is https://<organization>.okta.com",
    },
    Guide {
        provider: "azure",
        place: "App registrations, New registration, then Authentication, Web",
        fields: &[
            ("Redirect URI", ANSWER),
            ("Redirect URI, a second one, for signing out", HOME),
            ("Home page URL (Branding)", LOGIN),
            (
                "Token configuration",
                "Add groups claim: groups assigned to the application",
            ),
            (
                "Certificates & secrets",
                "New client secret: copy its Value",
            ),
        ],
        sources: [
            "email, an optional claim",
            "given_name, an optional claim",
            "family_name, an optional claim",
            "groups; names or IDs as Token configuration says",
        ],
        preset: "auth0",
        theirs: "https://login.microsoftonline.com/<tenant>/v2.0 is the issuer; Entra ID sends no email_verified: verify the domain, or trust its addresses",
    },
    Guide {
        provider: "google",
        place: "Google Cloud console, Google Auth Platform, Clients, Create client, Web application",
        fields: &[
            ("Authorized redirect URIs", ANSWER),
            ("Application home page", HOME),
            ("Where people start", LOGIN),
        ],
        sources: [
            "email",
            "given_name",
            "family_name",
            "none: Google sends no groups here; SAML or a directory does",
        ],
        preset: "auth0",
        theirs: "https://accounts.google.com is the issuer; Client ID and Client secret of the client",
    },
    Guide {
        provider: "onelogin",
        place: "Applications, Add App, OpenId Connect (OIDC), Configuration",
        fields: &[
            ("Redirect URI's", ANSWER),
            ("Post Logout Redirect URIs", HOME),
            ("Login Url", LOGIN),
            ("SSO: Application Type, Token Endpoint", "Web, POST"),
            (
                "Parameters: Groups",
                "User Roles, Semicolon Delimited Input – and the scope groups here",
            ),
        ],
        sources: ["email", "given_name", "family_name", "groups"],
        preset: "auth0",
        theirs: "SSO: Client ID, Client Secret; the issuer is https://<subdomain>.onelogin.com/oidc/2",
    },
    Guide {
        provider: "ping",
        place: "PingOne: Applications, Add Application, OIDC Web App",
        fields: &[
            ("Redirect URIs", ANSWER),
            ("Signoff URLs", HOME),
            ("Initiate Login URI", LOGIN),
            ("Grant Type", "Authorization Code, PKCE S256_REQUIRED"),
            ("Attribute Mappings: groups", "Group Names"),
        ],
        sources: ["Email Address", "Given Name", "Family Name", "Group Names"],
        preset: "auth0",
        theirs: "Configuration: Issuer ID, Client ID, Client Secret",
    },
    Guide {
        provider: "keycloak",
        place: "Clients, Create client, OpenID Connect, Client authentication On",
        fields: &[
            ("Valid redirect URIs", ANSWER),
            ("Valid post logout redirect URIs", HOME),
            ("Backchannel logout URL", BACK_CHANNEL),
            ("Backchannel logout session required", "On"),
            ("Home URL", LOGIN),
            (
                "Client scopes, dedicated, Add mapper",
                "Group Membership, claim groups, Full group path Off",
            ),
        ],
        sources: [
            "email",
            "given_name",
            "family_name",
            "Mapper Group Membership, Token Claim Name groups",
        ],
        preset: "auth0",
        theirs: "https://…/realms/<realm> is the issuer; Credentials: Client Secret",
    },
    Guide {
        provider: "authentik",
        place: "Applications, Providers, Create, OAuth2/OpenID Provider",
        fields: &[
            ("Client type", "Confidential"),
            ("Redirect URIs/Origins", ANSWER),
            ("Redirect URIs/Origins, for signing out", HOME),
            ("Logout URI, Back-channel", BACK_CHANNEL),
            ("Launch URL of the application", LOGIN),
            (
                "Signing Key",
                "one of yours: a shared secret is never accepted",
            ),
        ],
        sources: [
            "email",
            "given_name, from the scope profile",
            "family_name, where a mapping of yours sends it",
            "groups, from the scope profile",
        ],
        preset: "auth0",
        theirs: "OpenID Configuration Issuer, with the slash at its end; Client ID, Client Secret",
    },
    Guide {
        provider: "custom",
        place: "The settings of an OpenID Connect client",
        fields: &[
            ("Redirect URI, callback URL", ANSWER),
            ("Post-logout redirect URI", HOME),
            ("Back-channel logout URI", BACK_CHANNEL),
            ("Initiate login URI", LOGIN),
            ("Flow", "authorization code with PKCE (S256)"),
            (
                "Signature of the ID token",
                "RS256 to RS512, PS256 to PS512, ES256, ES384 or EdDSA",
            ),
        ],
        sources: ["email", "given_name", "family_name", "groups"],
        preset: "auth0",
        theirs: "The issuer exactly as its discovery document says it, the client ID and secret",
    },
];
