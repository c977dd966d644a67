"""Whom the identity providers know."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Person:
    """Somebody whom the identity provider knows. `groups` none: it says nothing about groups at all."""

    name: str
    email: str
    first_name: str
    last_name: str
    groups: tuple[str, ...] | None = None

    @property
    def password(self) -> str:
        """What the person types: what the accounts that LemonLDAP::NG and others bring for trying them have."""
        return self.name

    def attributes(self) -> dict[str, list[str]]:
        """What the identity provider asserts of the person, by SAML."""
        said = {"Email": [self.email], "FirstName": [self.first_name], "LastName": [self.last_name]}
        if self.groups is not None:
            said["Groups"] = list(self.groups)
        return said

    def claims(self) -> dict[str, object]:
        """What the identity provider asserts of the person, by OpenID Connect."""
        said: dict[str, object] = {
            "sub": self.name,
            "email": self.email,
            "email_verified": True,
            "given_name": self.first_name,
            "family_name": self.last_name,
            "name": f"{self.first_name} {self.last_name}",
        }
        if self.groups is not None:
            said["groups"] = list(self.groups)
        return said
