"""Every table, in one place: importing this makes `metadata` whole."""

import controller.store.agreements
import controller.store.apps
import controller.store.audit
import controller.store.claims
import controller.store.codes
import controller.store.devices
import controller.store.findings
import controller.store.heard
import controller.store.held
import controller.store.imports
import controller.store.incidents
import controller.store.keeps
import controller.store.letters
import controller.store.networks
import controller.store.news
import controller.store.people
import controller.store.recovery
import controller.store.trends  # noqa: F401 - imported for the tables that they add to metadata
from controller.store.schema import metadata

__all__ = ["metadata"]
