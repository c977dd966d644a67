"""samlp, a package for Node.js: a SAML identity provider of thirty lines (`samlp.js`) that is easily bent.

It answers to the service providers whose metadata it was given, at the address there, and signs response and assertion.
People and service providers are read for each request. Its users are signed in by each request anew: it keeps no session.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from xml.etree import ElementTree

from idps.people import Person
from idps.provider import SamlProvider, make_key
from idps.simplesamlphp import HTTP_POST, METADATA

SERVER = Path(__file__).with_name("samlp.js")


class Samlp(SamlProvider):
    """The identity provider."""

    metadata_path = "/metadata"

    @property
    def entity_id(self) -> str:
        """Who it says it is."""
        return self.url(self.metadata_path)

    def start(self) -> None:
        """Makes its key and starts it."""
        make_key(self.folder, "idp")
        self.set_people()
        self._write("service-providers.json", {})
        (self.folder / "node_modules").symlink_to(os.environ["NODE_IDPS"])
        shutil.copy(SERVER, self.folder)
        self._run(["node", SERVER.name, str(self.folder), str(self.port)], {"NODE_NO_WARNINGS": "1"}, self.metadata_path)

    def set_people(self, *people: Person) -> None:
        """Says whom it knows: these and nobody else."""
        self._write(
            "people.json",
            {one.name: {"password": one.password, "email": one.email, "attributes": one.attributes()} for one in people},
        )

    def trust_metadata(self, xml: str) -> None:
        """Says which service provider it answers to, by that one's metadata."""
        entity = ElementTree.fromstring(xml)
        services = [one for one in entity.iter(f"{METADATA}AssertionConsumerService") if one.get("Binding") == HTTP_POST]
        self._write("service-providers.json", {entity.attrib["entityID"]: {"acs": services[0].attrib["Location"]}})
