"""Identity providers by others, run by the tests: each module says what its own can do and how it is asked for that.

They have one interface. `set_people` says whom one knows. By SAML: give `metadata_xml()` to the server, and the server's
metadata to `trust_metadata`. By OpenID Connect: give `issuer` to the server, with the id and secret that `trust_client`
answers. Then a `browser()` is sent to the server's sign-in link by `sign_in`, which types name and password on the way.

The fixtures `simplesamlphp`, `lemonldap`, `samlp` and `oidc_provider` (conftest.py) start each once for all tests.
"""

from idps.browser import SignInError, browser, decoded, saml_response, sign_in
from idps.lemonldap import LemonLdap
from idps.oidc_provider import OidcProviderJs
from idps.people import Person
from idps.provider import OidcProvider, Provider, SamlProvider
from idps.samlp import Samlp
from idps.simplesamlphp import EMAIL_NAME_ID, SimpleSamlPhp

__all__ = [
    "EMAIL_NAME_ID",
    "LemonLdap",
    "OidcProvider",
    "OidcProviderJs",
    "Person",
    "Provider",
    "SamlProvider",
    "Samlp",
    "SignInError",
    "SimpleSamlPhp",
    "browser",
    "decoded",
    "saml_response",
    "sign_in",
]
