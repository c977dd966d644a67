//! The pages: what people open in a browser. Lines as in `rest.rs`.

use super::who::Who::{Anyone, VisitingAdmins, Visitors};
use super::{Operation, op};

const PAGE: &str = "text/html";

const fn page(method: &'static str, path: &'static str, says: &'static str) -> Operation {
    op(method, path, says).by(Anyone).gives(PAGE)
}

/// A page of whoever is signed in; others are led to the sign-in.
const fn console(method: &'static str, path: &'static str, says: &'static str) -> Operation {
    page(method, path, says)
        .by(Visitors)
        .answers(&[200, 303, 403])
}

#[rustfmt::skip]
pub(super) const TABLE: &[Operation] = &[
    page("GET", "/assets/{file}", "Styles, scripts and the icon of the pages").gives("text/css"),
    console("GET", "/", "Who is signed in, with which roles and why"),
    page("GET", "/login-link/{link}", "Signs somebody in, once").answers(&[303, 403]),
    console("GET", "/sign-in-traces/{number}", "A trace of a sign-in").by(VisitingAdmins),
    page("GET", "/user/login", "Where one signs in").query("next: string, with: string, ended: string"),
    page("POST", "/user/login", "Signs in with a password, or tells where its address signs in").body("email: string, password?: string, next?: string").answers(&[200, 303, 401, 403, 429]),
    page("GET", "/logout", "Signs out").answers(&[303]),
    page("POST", "/logout", "Signs out").answers(&[303, 403]),
    page("GET", "/user/signup", "Where one makes an account; with the token of an invitation or a link, what that offers").query("token: string").answers(&[200, 403]),
    page("POST", "/user/signup", "Makes an account, or joins with the one that one has").body("email?: string, password?: string, token?: string").answers(&[200, 303, 401, 403, 429]),
    page("GET", "/user/confirm/{token}", "Where one confirms an address").answers(&[200, 403]),
    page("POST", "/user/confirm/{token}", "Confirms an address").answers(&[200, 303, 400, 403, 429]),
    page("GET", "/user/password-reset", "Where one asks for another password"),
    page("POST", "/user/password-reset", "Mails a link to set one").body("email: string").answers(&[200, 403, 429]),
    page("GET", "/user/password-reset/{token}", "Where one sets it").answers(&[200, 403]),
    page("POST", "/user/password-reset/{token}", "Sets it").answers(&[200, 303, 400, 403, 429]),
    page("GET", "/saml/sso-domain", "The same").query("next: string"),
    page("POST", "/saml/sso-domain", "From an address to its connection").body("email: string, next?: string").answers(&[200, 303]),
];
