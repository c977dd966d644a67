"""Identity providers by others, run by the tests: each module says what its own can do and how it is asked for that.

They have one interface. `set_people` says whom one knows; give `metadata_xml()` to the server, and the server's metadata
to `trust_metadata`. Then a `browser()` is sent to the server's sign-in link by `sign_in`, which types name and password.

The fixtures `simplesamlphp`, `lemonldap` and `samlp` (conftest.py) start each once for all tests.
"""

from idps.browser import SignInError, browser, decoded, saml_response, sign_in
from idps.lemonldap import LemonLdap
from idps.people import Person
from idps.provider import Provider, SamlProvider
from idps.samlp import Samlp
from idps.simplesamlphp import EMAIL_NAME_ID, SimpleSamlPhp

__all__ = [
    "EMAIL_NAME_ID",
    "LemonLdap",
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
