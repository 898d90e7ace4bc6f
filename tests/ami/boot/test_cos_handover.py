"""How a server that ends hands leadership over, with its API in a test's hands: run by ../boot.test.ts."""

import unittest
from unittest import mock

# First: by it the programs are found.
from support import Directory, node

from cos_boot import handover
from cos_boot.api import Silent
from cos_boot.node import parse_node
from cos_boot.system import BootError


class HandOver(Directory):
    def run_main(self, *leads, product="consul", role="consul-server"):
        """The leader that was asked, and for how long it waited. `leads` is what the agent answers, the last again and again."""
        now, given, leader = 0.0, list(leads), mock.Mock()

        def own_address():
            answer = given.pop(0) if len(given) > 1 else given[0]
            if isinstance(answer, Exception):
                raise answer
            return "10.0.0.1" if answer else None

        def sleep(seconds):
            nonlocal now
            now += seconds

        leader.own_address.side_effect = own_address
        with (
            mock.patch.object(handover.sys, "argv", ["cos-hand-over", product]),
            mock.patch.dict(handover.LEADERS, {product: lambda: leader}),
            mock.patch.object(handover, "read_node", return_value=parse_node(node(role=role))),
            mock.patch.object(handover.time, "sleep", sleep),
            mock.patch.object(handover.time, "monotonic", lambda: now),
        ):
            self.assertEqual(handover.main(), 0)
        return leader, now

    def test_who_leads_has_another_lead_and_waits_for_it(self):
        for product in ("consul", "nomad"):
            leader, waited = self.run_main(True, True, True, False, product=product, role=f"{product}-server")
            leader.hand_over.assert_called_once_with()
            self.assertEqual(waited, 1.0)

    def test_who_does_not_lead_ends_at_once(self):
        leader, waited = self.run_main(False)
        leader.hand_over.assert_not_called()
        self.assertEqual(waited, 0.0)

    def test_others_than_the_products_servers_ask_nothing(self):
        for role in ("client", "nomad-server"):
            self.run_main(True, role=role)[0].own_address.assert_not_called()

    def test_it_ends_all_the_same(self):
        self.assertEqual(self.run_main(True)[1], 15.0)
        self.run_main(Silent("no"))
        self.assertIn("ends without another server that leads: no", str(self.said.mock_calls))
        with mock.patch.object(handover.sys, "argv", ["", "consul"]), mock.patch.object(handover, "read_node", side_effect=BootError("no file")):
            self.assertEqual(handover.main(), 0)


if __name__ == "__main__":
    unittest.main()
