"""Which instances are to be replaced, because their agents have been dead, frozen or cut off for too long: functions without effects."""

from dataclasses import dataclass

from .cluster import Report
from .fleet import Group, Instance


@dataclass(frozen=True)
class Verdict:
    """What is to be done, and why not more."""

    replace: tuple[Instance, ...] = ()
    #: Why others that have been ill for too long stay, a sentence for each group.
    held: tuple[str, ...] = ()


def is_well(instance: Instance, role: str, report: Report) -> bool:
    """Whether the agents of an instance that is in service are as they should be."""
    works = instance.id in report.ready if role == "client" else instance.address in report.healthy
    return works and (report.heard is None or instance.address in report.heard)


def ill_in(groups: tuple[Group, ...], report: Report) -> dict[str, Instance]:
    """The instances in service that are not well, by ID."""
    return {
        each.id: each for group in groups for each in group.instances if each.in_service and not is_well(each, group.role, report)
    }


def verdict(groups: tuple[Group, ...], report: Report, overdue: set[str]) -> Verdict:
    """What is to be done about instances that have been ill for too long."""
    ill = set(ill_in(groups, report))
    clients = [each for group in groups if group.role == "client" for each in group.instances if each.in_service]
    replace: list[Instance] = []
    held: list[str] = []
    for group in groups:
        bad = [each for each in group.instances if each.in_service and each.id in overdue & ill]
        if not bad:
            continue
        reason = _no_client(group, clients, ill) if group.role == "client" else _no_server(group, report, ill, overdue)
        if reason:
            held.append(f"{', '.join(map(str, bad))} of {group.name} {'stays' if len(bad) == 1 else 'stay'}: {reason}")
        else:
            # Clients hold nothing that others need; of servers, one at a time.
            replace.extend(bad if group.role == "client" else bad[:1])
    return Verdict(tuple(replace), tuple(held))


def _no_client(group: Group, clients: list[Instance], ill: set[str]) -> str:
    """Why no client of a group is to be replaced; empty where one is."""
    own = [each for each in group.instances if each.in_service]
    # What a single node has may be its own trouble or everybody's: all clients together show which.
    peers = own if len(own) > 1 else clients
    bad = sum(each.id in ill for each in peers)
    if bad * 2 > len(peers):
        return f"{bad} of {len(peers)} look ill, so it is not the instances"
    return ""


def _no_server(group: Group, report: Report, ill: set[str], overdue: set[str]) -> str:
    """Why no server is to be replaced; empty where one is."""
    if len(report.healthy) * 2 <= report.voters:
        return f"{len(report.healthy)} healthy servers of {report.voters} are no quorum"
    moving = [each for each in group.instances if not each.in_service]
    if moving:
        return f"{', '.join(map(str, moving))} comes or goes, and one is replaced at a time"
    others = [each for each in group.instances if each.id in ill - overdue]
    if others:
        return f"{', '.join(map(str, others))} has fallen ill too, which may pass"
    return ""
