"""Who filled in the demo company's forms last week, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Fate = Literal["booked", "moved", "no-show", "cancelled", "left"]
SALES, PARTNERS = "harbourline-sales", "harbourline-partners"


@dataclass(frozen=True, slots=True)
class Visitor:
    """One filled form. `days` and `hour`: how long before today, and at what hour (UTC), it was sent.

    `ahead`: how many days after that a time was looked for, `choice`: which of the times offered then was taken.
    A meeting that was booked and is over by now was held; "moved" stands at another time than at first;
    "left" is a visitor who booked nothing.
    """

    days: int
    hour: float
    name: str
    email: str
    company: str
    fate: Fate = "booked"
    ahead: int = 1
    choice: int = 2
    answers: dict[str, str | int | list[str]] = field(default_factory=dict)
    source: str = ""
    timezone: str = "Europe/London"
    router: str = SALES


def _sales(employees: int, country: str, *modes: str, question: str = "") -> dict[str, str | int | list[str]]:
    asked: dict[str, str | int | list[str]] = {"question": question} if question else {}
    return {"employees": employees, "country": country, "modes": list(modes), **asked}


NEW_YORK, BERLIN, OSLO = "America/New_York", "Europe/Berlin", "Europe/Oslo"
VISITORS = (
    Visitor(
        7, 8.4, "Ingrid Solheim", "ingrid.solheim@nordfjordfisk.example", "Nordfjord Fisk", "booked", 1, 1,
        _sales(140, "NO", "Ocean", "Road", question="Cold chain alerts for salmon"), "google", OSLO,
    ),
    Visitor(
        7, 14.2, "Marcus Webb", "mwebb@tallgrassfoods.example", "Tallgrass Foods", "booked", 1, 3,
        _sales(2300, "US", "Road", "Rail"), "linkedin", "America/Chicago",
    ),
    Visitor(
        6, 7.1, "Aoife Brennan", "aoife@kilbrideoats.example", "Kilbride Oats", "no-show", 1, 4,
        _sales(60, "IE", "Road"), "newsletter", "Europe/Dublin",
    ),
    Visitor(
        6, 9.6, "Daniel Okonjo", "d.okonjo@brightwell.edu", "Brightwell University", "left", 1, 0,
        _sales(900, "GB", question="Material for my thesis"), "google",
    ),
    Visitor(
        6, 12.8, "Renata Alves", "renata.alves@cafedoserrado.example", "Café do Serrado", "booked", 2, 2,
        _sales(420, "BR", "Ocean"), "linkedin", "America/Sao_Paulo",
    ),
    Visitor(
        6, 15.5, "Hannah Vogel", "h.vogel@vogel-antriebe.example", "Vogel Antriebe", "booked", 2, 5,
        _sales(310, "DE", "Road", "Rail"), "trade fair", BERLIN,
    ),
    Visitor(
        5, 6.3, "Wei Ling Tan", "weiling.tan@straitselectronics.example", "Straits Electronics", "booked", 1, 1,
        _sales(1800, "SG", "Air", "Ocean", question="Customs milestones"), "google", "Asia/Singapore",
    ),
    Visitor(
        5, 10.2, "Oliver Pike", "oliver.pike@webpost.example", "Pike & Daughter", "left", 1, 0,
        _sales(4, "GB", "Road"), "google",
    ),
    Visitor(
        5, 11.7, "Catarina Mendes", "catarina@mendesceramica.example", "Mendes Cerâmica", "cancelled", 4, 3,
        _sales(85, "PT", "Ocean"), "newsletter", "Europe/Lisbon",
    ),
    Visitor(
        5, 13.9, "Joost van Rijn", "joost@deltaforwarding.example", "Delta Forwarding", "booked", 2, 1,
        {"kind": "Freight forwarder", "website": "https://www.deltaforwarding.example"}, "partner page",
        "Europe/Amsterdam", PARTNERS,
    ),
    Visitor(
        4, 9.1, "Arjun Mehta", "arjun.mehta@monsoontextiles.example", "Monsoon Textiles", "booked", 2, 4,
        _sales(220, "IN", "Ocean", "Air"), "linkedin", "Asia/Kolkata",
    ),
    Visitor(
        4, 16.4, "Grace Holloway", "grace.holloway@cedarandpine.example", "Cedar & Pine", "booked", 3, 2,
        _sales(130, "CA", "Road"), "google", NEW_YORK,
    ),
    Visitor(
        3, 8.8, "Lars Nyström", "lars.nystrom@balticpaper.example", "Baltic Paper", "booked", 3, 6,
        _sales(760, "SE", "Ocean", "Rail", question="How soon can we be live?"), "trade fair", "Europe/Stockholm",
    ),
    Visitor(
        3, 13.0, "Nadia Rahman", "nadia@codelattice.example", "Codelattice", "left", 1, 0,
        {"kind": "Software"}, "partner page", "Europe/London", PARTNERS,
    ),
    Visitor(
        3, 17.3, "Victor Salas", "vsalas@ridgelinemotors.example", "Ridgeline Motors", "booked", 4, 1,
        _sales(5400, "US", "Ocean", "Road", "Rail"), "linkedin", "America/Denver",
    ),
    Visitor(
        2, 7.7, "Emily Hart", "emily.hart@hartleypreserves.example", "Hartley Preserves", "left", 1, 0,
        _sales(45, "GB", "Road"), "newsletter",
    ),
    Visitor(
        2, 10.9, "Sofia Brandt", "sofia.brandt@alpenlicht.example", "Alpenlicht Optik", "moved", 4, 2,
        _sales(190, "DE", "Air", question="Temperature loggers"), "google", BERLIN,
    ),
    Visitor(
        2, 15.1, "Ravi Pillai", "ravi@harbourpilots.example", "Harbour Pilots Consulting", "booked", 5, 0,
        {"kind": "Consultancy"}, "partner page", "Asia/Singapore", PARTNERS,
    ),
    Visitor(
        1, 9.4, "Fiona Campbell", "fiona@islaydistillers.example", "Islay Distillers", "booked", 3, 1,
        _sales(75, "GB", "Ocean", "Road"), "google",
    ),
    Visitor(
        1, 12.6, "Thiago Ramos", "thiago.ramos@paranapulp.example", "Paraná Pulp", "cancelled", 5, 3,
        _sales(3100, "BR", "Ocean", "Rail"), "linkedin", "America/Sao_Paulo",
    ),
    Visitor(
        1, 14.7, "Claire Dubois", "claire.dubois@freshharvest.example", "Fresh Harvest", "booked", 4, 2,
        _sales(260, "US", "Air", "Road"), "newsletter", NEW_YORK,
    ),
)  # fmt: skip
