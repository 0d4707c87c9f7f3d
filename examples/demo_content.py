"""What demo.pdf says: the annual report of a ferry service that does not exist, written for docferry.

Only words and numbers live here; make_demo_pdf.py knows how they look. Paragraph text may use <i> and <b>.
"""

from dataclasses import dataclass
from itertools import groupby

TITLE = "Merrow Harbour Ferries"
SUBTITLE = "Annual Report and Passenger Guide 2025"
AUTHOR = "The docferry developers"
SUBJECT = "A made-up report for trying out document parsers"
SUMMARY = (
    (
        "This report tells how the ferries between Custom House Quay, Sandgate and Ellan Rock fared in the "
        "year 2025: who travelled with them, what broke, what it cost and what comes next."
    ),
    (
        "The fourth chapter is a guide for passengers. It explains how to board, what may be brought along "
        "and what a ticket costs, and closes with a note in Chinese for the guests of the cruise terminal."
    ),
)
IMPRINT = (
    "Adopted by the harbour board on 27 February 2026. The service, its boats and all figures are invented. "
    "Made by the docferry developers as a sample document; it may be used like the rest of docferry."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A numbered heading of level 1 to 3."""

    level: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Prose:
    """One paragraph; a Chinese one is set in a Chinese font."""

    text: str
    is_chinese: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A list item; depth 1 is the outer list."""

    text: str
    depth: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """A list; numbered ones count 1., 2., 3."""

    items: tuple[Item, ...]
    is_numbered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table with its caption above it. `alignments` has one letter per column, l or r."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    alignments: str
    widths_mm: tuple[float, ...]
    has_total_row: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Stacked bars, one per month, with its caption below."""

    caption: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Formula:
    """A displayed formula with its number."""

    text: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Start a new page, with one column of text or two."""

    columns: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class NextColumn:
    """Go on in the next column; the first of a two-column page is its head, across both columns."""


Block = Heading | Prose | Items | Grid | Chart | Formula | Turn | NextColumn

LINES = ("Harbour line", "Island line", "Night boat")

PASSENGERS = {
    "January": (21_340, 4_120, 610),
    "February": (20_980, 4_460, 640),
    "March": (26_410, 6_230, 720),
    "April": (29_870, 9_850, 890),
    "May": (33_150, 13_420, 1_040),
    "June": (36_720, 17_980, 1_310),
    "July": (41_260, 24_610, 1_870),
    "August": (42_090, 26_340, 1_950),
    "September": (34_480, 15_790, 1_220),
    "October": (28_930, 8_640, 960),
    "November": (23_510, 4_890, 700),
    "December": (24_760, 4_370, 1_090),
}

MAINTENANCE = (
    ("8 January", "Kittiwake", "Port engine: injectors replaced", 14),
    ("15 January", "Dunlin", "Annual survey, hull cleaned and painted", 96),
    ("3 February", "Dunlin", "Charging socket: worn contacts renewed", 6),
    ("11 February", "Oystercatcher", "Bow ramp: hydraulic seal renewed", 9),
    ("24 February", "Kittiwake", "Annual survey, two plates welded", 132),
    ("10 March", "Oystercatcher", "Cooling water pump exchanged", 11),
    ("19 March", "Dunlin", "Radar aligned after mast repair", 4),
    ("2 April", "Oystercatcher", "Annual survey, propeller balanced", 88),
    ("14 April", "Kittiwake", "Gangway hinge welded", 5),
    ("29 April", "Petrel", "First inspection under the guarantee", 52),
    ("12 May", "Dunlin", "Fire pump: pressure switch replaced", 3),
    ("26 May", "Oystercatcher", "Saloon heating circuit flushed", 4),
    ("9 June", "Kittiwake", "Starboard gearbox: oil leak stopped", 21),
    ("23 June", "Petrel", "Door sensor of the car deck replaced", 2),
    ("7 July", "Dunlin", "Air conditioning compressor exchanged", 8),
    ("21 July", "Oystercatcher", "Steering gear: hose renewed", 6),
    ("4 August", "Kittiwake", "Life rafts exchanged for serviced ones", 3),
    ("18 August", "Petrel", "Shore power socket repaired", 5),
    ("1 September", "Dunlin", "Battery bank 2: one module exchanged", 17),
    ("15 September", "Oystercatcher", "Port engine: turbocharger overhauled", 38),
    ("6 October", "Kittiwake", "Wheelhouse window replaced after storm", 10),
    ("20 October", "Petrel", "Thruster: fishing line removed by diver", 7),
    ("3 November", "Dunlin", "Passenger counters calibrated", 2),
    ("17 November", "Oystercatcher", "Anchor windlass: brake lining renewed", 5),
    ("1 December", "Kittiwake", "Port engine: cylinder head cracked, replaced", 61),
    ("15 December", "Petrel", "Boarding ramp: non-slip mats fitted", 3),
)

ACCOUNTS = (
    ("Tickets and season cards", "2,846", "2,655"),
    ("Grant of the town", "1,150", "1,150"),
    ("Charter trips", "214", "187"),
    ("Café and advertising", "96", "91"),
    ("Crew", "-1,972", "-1,904"),
    ("Diesel and electricity", "-588", "-697"),
    ("Maintenance", "-731", "-684"),
    ("Quays and ticket offices", "-402", "-398"),
    ("Depreciation", "-455", "-372"),
    ("Result of the year", "158", "28"),
)

CHINESE = (
    "欢迎乘坐美罗港渡轮。港内线每二十分钟一班，航程九分钟；海岛线每天往返八次，航程三十五分钟。"
    "成人单程票价为三欧元，六岁以下儿童免费。请在开船前五分钟到达码头，自行车每辆另收一欧元。"
    "如遇大风停航，船票可在三十天内退款。"
)


def _monthly_rows() -> tuple[tuple[str, ...], ...]:
    rows = [(month, *counts, sum(counts)) for month, counts in PASSENGERS.items()]
    rows.append(("Year", *(sum(row[column] for row in rows) for column in range(1, 5))))
    return tuple((row[0], *(f"{count:,}" for count in row[1:])) for row in rows)


def hours_out_of_service() -> dict[str, int]:
    """Hours out of service of each boat, by name."""
    by_boat = sorted(MAINTENANCE, key=lambda row: row[1])
    return {boat: sum(row[3] for row in rows) for boat, rows in groupby(by_boat, key=lambda row: row[1])}


MONTHS = Grid(
    caption="Table 1. Passengers by month and line, 2025",
    header=("Month", *LINES, "All lines"),
    rows=_monthly_rows(),
    alignments="lrrrr",
    widths_mm=(34, 29, 29, 29, 29),
    has_total_row=True,
)

LOG = Grid(
    caption="Table 2. Maintenance log of the four boats with hours out of service, 2025",
    header=("Date", "Boat", "Work", "Hours out"),
    rows=tuple((date, boat, work, str(hours)) for date, boat, work, hours in MAINTENANCE),
    alignments="lllr",
    widths_mm=(29, 29, 70, 22),
)

MONEY = Grid(
    caption="Table 3. Income and costs in thousand euros",
    header=("Item", "2025", "2024"),
    rows=ACCOUNTS,
    alignments="lrr",
    widths_mm=(90, 30, 30),
    has_total_row=True,
)

PART_ONE: tuple[Block, ...] = (
    Turn(),
    Heading(level=1, text="1 The year in brief"),
    Prose(
        text="The ferries carried 517,200 passengers in 2025, which is 5.8 per cent more than the 488,900 of "
        "the year before and more than in any year since the road bridge at Sandgate opened in 1987. Growth "
        "came from the Island line, where the new battery boat <i>Petrel</i> replaced a hired boat in April."
    ),
    Heading(level=2, text="1.1 Passengers"),
    Prose(
        text="Seven passengers out of ten use the Harbour line, most of them on the way to work or school. "
        "The Island line lives from visitors: it carried 26,340 people in August and 4,120 in January. The "
        "Night boat, which runs on Fridays and Saturdays only, reached 13,000 passengers in its third year."
    ),
    Chart(caption="Figure 1. Passengers by month in thousands: August is the peak on every line."),
    Heading(level=3, text="1.1.1 The busiest day"),
    Prose(
        text="Saturday 9 August, the day of the regatta, was the busiest day in the history of the service. "
        "On that day 4,871 passengers made 112 crossings, and the last boat left Ellan Rock at 02:40, almost "
        "two hours late, so that nobody had to stay on the island."
    ),
    Heading(level=3, text="1.1.2 The quietest day"),
    Prose(
        text="The quietest day was Sunday 19 January. Gusts of 31 metres a second closed the harbour mouth "
        "at ten in the morning, and only 96 passengers had travelled by then. The boats "
        "stayed at their moorings for 31 hours, the longest interruption since 2013."
    ),
    Turn(),
    Heading(level=2, text="1.2 Passengers by month"),
    Prose(
        text="Counting gates on all three quays count people, not tickets, so that holders of season cards "
        "and children under six are included. The gates were calibrated in November against a count by hand "
        "and were found to be 0.4 per cent too low; the figures below are not corrected for this."
    ),
    MONTHS,
    Heading(level=2, text="1.3 Punctuality"),
    Prose(
        text="A crossing is on time when the boat leaves the quay no more than three minutes after the time "
        "in the timetable. By that measure 97.1 per cent of all crossings were on time, against 95.8 per "
        "cent in 2024. The timetable held 19,860 crossings, of which 19,512 took place."
    ),
    Heading(level=3, text="1.3.1 Cancelled crossings"),
    Prose(
        text="Of the 348 crossings that were cancelled, 291 fell to the weather, 41 to technical faults and "
        "16 to a shortage of crew. Passengers were told by text message, on average 47 minutes before "
        "departure. The board has set a target of no more than 30 technical cancellations for 2026."
    ),
)

PART_TWO: tuple[Block, ...] = (
    Turn(columns=2),
    Heading(level=1, text="2 The boats and the people"),
    Prose(
        text="Four boats and 64 people keep the service running on 363 days of the year. This chapter "
        "introduces both, and the quays between which they work."
    ),
    NextColumn(),
    Heading(level=2, text="2.1 The fleet"),
    Prose(
        text="The <i>Kittiwake</i>, built in 1998, is the oldest boat and carries 120 passengers. She serves "
        "as the reserve and on the Night boat, and she will be sold when the second battery boat arrives."
    ),
    Prose(
        text="The <i>Oystercatcher</i> of 2009 carries 180 passengers and eight cars. She is the only boat "
        "with a bow ramp and therefore takes the Saturday supplies to Ellan Rock."
    ),
    Prose(
        text="The <i>Dunlin</i>, a hybrid of 2016 for 150 passengers, works the Harbour line. Inside the "
        "harbour she runs on her batteries alone, which the residents of Sandgate asked for and now praise."
    ),
    Prose(
        text="The <i>Petrel</i> joined the fleet on 12 April 2025. She carries 200 passengers, has a battery "
        "of 1,840 kilowatt-hours and needs eleven minutes at the charging arm after each return trip."
    ),
    Heading(level=2, text="2.2 The crew"),
    Prose(
        text="Of the 64 employees, 41 sail, 12 work on the quays and 11 in the workshop and the office. Five "
        "apprentices started in September, more than ever before."
    ),
    Prose(
        text="Each boat sails with a master, an engineer and two deckhands. On the Night boat a third "
        "deckhand joins them; since this rule was introduced in 2023 no crew member has reported an assault."
    ),
    NextColumn(),
    Heading(level=2, text="2.3 Training"),
    Prose(
        text="Every crew practises man overboard once a month and evacuation twice a year. The average time "
        "to recover the dummy fell from 4 minutes 50 seconds to 3 minutes 35 seconds."
    ),
    Prose(
        text="All masters have now passed the course for high-voltage plants, which the insurer requires for "
        "boats with large batteries."
    ),
    Heading(level=2, text="2.4 The quays"),
    Prose(
        text="Custom House Quay is the centre of the network. It received a roof over the queue, 60 stands "
        "for bicycles and a ticket machine that speaks five languages."
    ),
    Prose(
        text="Sandgate has two berths, of which the northern one is closed in strong easterly winds. A new "
        "pontoon is planned for the winter of 2026 and will cost 420,000 euros."
    ),
    Prose(
        text="Ellan Rock has one berth and no road access. Its waiting room is heated by the waste heat of "
        "the charging station, and its keeper, who also runs the post office, has a key for the lifeboat."
    ),
    Heading(level=2, text="2.5 Complaints and praise"),
    Prose(
        text="The office received 214 letters. Most complaints, 63, were about the price of bicycle tickets; "
        "most praise, 38 letters, was for the staff at Sandgate during the storm of January."
    ),
)

PART_THREE: tuple[Block, ...] = (
    Turn(),
    Heading(level=1, text="3 Maintenance and energy"),
    Prose(
        text="A ferry earns nothing at the workshop quay. The plan therefore puts surveys into the months "
        "from January to April, when three boats are enough, and leaves the summer free."
    ),
    Heading(level=2, text="3.1 Work in 2025"),
    Prose(
        text=f"The boats were out of service for {sum(hours_out_of_service().values())} hours together. "
        f"<i>Kittiwake</i> alone accounts for {hours_out_of_service()['Kittiwake']} of them, the battery "
        f"boat <i>Petrel</i> for {hours_out_of_service()['Petrel']}. Table 2 lists all work that kept a boat "
        "at the quay for two hours or more."
    ),
    Prose(
        text="Two entries deserve a remark. The plates that were welded in February had lost a third of "
        "their thickness, which the survey of 2024 had not shown; thickness is now measured every year. And "
        "the cylinder head that cracked in December was the third since 2019, so that the engine will not be "
        "repaired again."
    ),
    Prose(
        text="All work was done in the service's own workshop except for the three annual surveys, for which "
        "the boats went to the yard at Carrick Point. The yard charged 146,000 euros for them."
    ),
    LOG,
    Heading(level=2, text="3.2 Energy"),
    Prose(
        text="The boats used 1,426,000 kilowatt-hours of diesel and electricity. What matters is how much of "
        "it one passenger needs for one kilometre: the total, divided by the passengers of each line times "
        "the length of its crossing."
    ),
    Formula(text="e = E / (2.1 h + 11.4 i + 13.8 n)", label="(1)"),
    Prose(
        text="Here <i>E</i> is the energy used in a year in kilowatt-hours; <i>h</i>, <i>i</i> and <i>n</i> "
        "are the passengers of the Harbour line, the Island line and the Night boat, and the numbers before "
        "them are kilometres. For 2025 this gives 0.56 kilowatt-hours, after 0.71 in 2024."
    ),
    Heading(level=3, text="3.2.1 Shore power"),
    Prose(
        text="Since October all boats take shore power at night. It comes from the wind turbine on the "
        "breakwater, which produced 903,000 kilowatt-hours and stood still for 19 days."
    ),
    Heading(level=3, text="3.2.2 Noise"),
    Prose(
        text="The town measured the noise at the corner of Fish Street before and after the change. With the "
        "engines of two moored boats running it was 61 decibels at night; with shore power it is 44."
    ),
    Heading(level=2, text="3.3 Safety"),
    Prose(
        text="There were nine accidents on board, none of them serious. Six were falls on the ramp at low "
        "water, when it is steepest, and all six happened at Sandgate. The non-slip mats that were fitted in "
        "December are the first answer; the new pontoon will be the second."
    ),
    Prose(
        text="The lifeboat station asked for help four times. <i>Dunlin</i> took five people off a sailing "
        "yacht that had run aground on the Tern Bank on 30 May, and towed the yacht home on the next tide."
    ),
)

PART_FOUR: tuple[Block, ...] = (
    Turn(),
    Heading(level=1, text="4 Passenger guide"),
    Heading(level=2, text="4.1 How to board"),
    Prose(text="Boarding takes four minutes when everybody follows the same order:"),
    Items(
        is_numbered=True,
        items=(
            Item(text="Buy a ticket at the machine, in the office or on your telephone before you queue."),
            Item(text="Wait behind the yellow line until the last arriving passenger has left the boat."),
            Item(text="Hold the ticket to the reader at the gate; a green light means that it is valid."),
            Item(text="Push bicycles to the stern and take the straps that hang there."),
            Item(text="Take a seat, and stay seated until the ramp is down."),
        ),
    ),
    Heading(level=2, text="4.2 What you may bring"),
    Prose(text="Hand luggage is free of charge. For anything larger the following rules apply:"),
    Items(
        items=(
            Item(text="Bicycles need a ticket of one euro, except:"),
            Item(text="folding bicycles in a bag,", depth=2),
            Item(text="children's bicycles up to 20 inches.", depth=2),
            Item(text="Dogs travel free on a lead and outside the saloon."),
            Item(text="Dangerous goods are accepted on the Saturday supply trip only:"),
            Item(text="gas bottles up to 11 kilograms, upright and strapped,", depth=2),
            Item(text="fuel in approved cans, at most 20 litres a person.", depth=2),
            Item(text="Surfboards and canoes go on the roof rack, six at a time."),
        )
    ),
    Heading(level=2, text="4.3 Fares"),
    Prose(
        text="A single ticket costs 3 euros on the Harbour line and 9 euros on the Island line. Children "
        "under six travel free, and a season card for all lines costs 48 euros a month. When a crossing is "
        "cancelled because of the weather, the fare is paid back within thirty days."
    ),
    Heading(level=2, text="4.4 For visitors from China"),
    Prose(
        text="The cruise terminal is ten minutes on foot from Custom House Quay. The ticket machine there "
        "speaks Chinese, and this is what its first screen says:"
    ),
    Prose(text=CHINESE, is_chinese=True),
)

PART_FIVE: tuple[Block, ...] = (
    Turn(),
    Heading(level=1, text="5 Money and plans"),
    Heading(level=2, text="5.1 Income and costs"),
    Prose(
        text="The year closed with a surplus of 158,000 euros. Ticket income rose by 7.2 per cent, and the "
        "bill for energy fell by 109,000 euros because <i>Petrel</i> charges from the turbine. Depreciation "
        "rose for the same reason: a battery boat costs more to buy and less to run."
    ),
    MONEY,
    Heading(level=2, text="5.2 Plans for 2026"),
    Heading(level=3, text="5.2.1 A second battery boat"),
    Prose(
        text="The board ordered a sister of <i>Petrel</i> in December. She will be named <i>Turnstone</i>, "
        "costs 5.9 million euros and is due in October 2026. The state bears 40 per cent of the price."
    ),
    Heading(level=3, text="5.2.2 A simpler timetable"),
    Prose(
        text="From 1 March the Harbour line leaves every fifteen minutes instead of every twenty, at the "
        "same minutes of every hour from 06:00 to 22:00. The Island line keeps its eight return trips a day."
    ),
    Heading(level=2, text="5.3 How to reach us"),
    Prose(
        text="The office on Custom House Quay is open from Monday to Saturday between 07:30 and 18:00. Lost "
        "property is kept for ninety days at Sandgate; last year 1,306 objects were handed in, among them a "
        "cello, two wedding rings and a live crab, and 811 went back to their owners."
    ),
)

STORY: tuple[Block, ...] = PART_ONE + PART_TWO + PART_THREE + PART_FOUR + PART_FIVE

QUESTIONS = (
    ("How many passengers travelled in March?", "33,360"),
    ("How many passengers did the Island line carry in August?", "26,340"),
    ("When did Petrel join the fleet?", "12 April 2025"),
    ("How many crossings were cancelled because of the weather?", "291"),
    ("What does a new pontoon at Sandgate cost?", "420,000 euros"),
    ("How much energy does one passenger need for one kilometre?", "0.56 kilowatt-hours"),
    ("Which work was done on the Kittiwake on 1 December?", "cylinder head cracked, replaced"),
    ("How much fuel may a person bring?", "at most 20 litres a person"),
    ("What was the grant of the town?", "1,150"),
    ("What will the second battery boat be called?", "Turnstone"),
    ("六岁以下儿童票价是多少?", "六岁以下儿童免费"),
)
