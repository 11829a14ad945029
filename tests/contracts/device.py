"""What holds for the senses and hands of every kind of tablet. Each kind subclasses these and gives `parts`."""

from datetime import timedelta

from agent.seams.tablet import Endpoint, Hands, Senses
from agreement.facts import Lost
from agreement.letters import Level
from agreement.rulings import Remind
from tests.agreement.cast import NOON

LOST = Lost("incident-1", "stolen", "Please call Larkfield Nursery.", NOON)
CONTROLLER = (Endpoint("198.51.100.50", 8443), Endpoint("2001:db8:50::50", 8443))


class SensesContract:
    """What every tablet's senses keep to."""

    def test_networks_say_where_they_are_and_write_addresses_in_lower_case(self, senses: Senses) -> None:
        networks = senses.networks()

        assert networks
        for network in networks:
            assert network.interface
            assert network.gateway_mac == network.gateway_mac.lower()
            assert network.bssid == network.bssid.lower()

    def test_a_network_is_seen_once(self, senses: Senses) -> None:
        networks = senses.networks()

        assert len(networks) == len(set(networks))

    def test_looking_twice_at_the_same_tablet_sees_the_same(self, senses: Senses) -> None:
        assert senses.networks() == senses.networks()
        assert senses.apps() == senses.apps()
        assert senses.machine() == senses.machine()

    def test_every_app_has_a_key_of_its_own(self, senses: Senses) -> None:
        apps = senses.apps()

        assert apps
        assert all(app.source and app.package for app in apps)
        assert len({app.key for app in apps}) == len(apps)

    def test_an_app_that_no_log_knows_has_no_history(self, senses: Senses) -> None:
        assert senses.history().last("dpkg:no-such-package") is None
        assert senses.history().last("nonsense") is None

    def test_what_the_log_knows_is_in_aware_time(self, senses: Senses) -> None:
        events = [event for app in senses.apps() if (event := senses.history().last(app.key))]

        assert all(event.at.tzinfo is not None for event in events)

    def test_sessions_have_names(self, senses: Senses) -> None:
        sessions = senses.sessions()

        assert sessions
        assert all(session.id and session.user for session in sessions)

    def test_the_machine_names_its_system(self, senses: Senses) -> None:
        assert senses.machine().system

    def test_charge_is_a_percentage_or_not_known(self, senses: Senses) -> None:
        assert senses.battery() is None or 0 <= (senses.battery() or 0) <= 100

    def test_what_cannot_be_known_is_none_and_never_a_guess(self, senses: Senses) -> None:
        assert senses.encrypted() in {True, False, None}
        assert senses.screen_lock() in {True, False, None}


class HandsContract:
    """What every tablet's hands keep to."""

    def test_cutting_off_and_opening_may_be_repeated(self, hands: Hands) -> None:
        for _ in range(2):
            hands.block(CONTROLLER)
        for _ in range(2):
            hands.admit()

    def test_the_controllers_addresses_may_change_while_cut_off(self, hands: Hands) -> None:
        hands.block(CONTROLLER)
        hands.block(CONTROLLER[:1])
        hands.block(())
        hands.admit()

    def test_locking_gives_whom_it_asked_and_then_nobody(self, hands: Hands) -> None:
        asked = hands.lock(LOST)

        assert {session.user for session in asked} == {"cleo"}
        assert all(session.locked for session in asked)
        assert hands.lock(LOST) == ()

    def test_a_reminder_may_be_repeated(self, hands: Hands) -> None:
        for _ in range(2):
            hands.remind(Remind(3, NOON + timedelta(hours=1)), NOON)

    def test_the_register_speaks_for_each_clause_once_and_gives_its_reason(self, hands: Hands) -> None:
        marks = hands.register()

        assert sorted(mark.clause for mark in marks) == [1, 8, 9, 10, 12]
        assert all(mark.why for mark in marks)

    def test_the_register_never_claims_to_prevent_apps(self, hands: Hands) -> None:
        (apps,) = (mark for mark in hands.register() if mark.clause == 9)

        assert apps.level in {Level.CHECKED, Level.CANNOT_KNOW}
