"""What is written, and what a voice is given for it: one line for each way of writing that callers meet."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from voice.pronunciation.lexicon import Lexicon
from voice.pronunciation.speaking import MOST_CHARACTERS, pronounce

SPOKEN = {
    "You have $1,200.50 left.": "You have one thousand two hundred dollars and fifty cents left.",
    "That is $1.": "That is one dollar.",
    "That is $1.01.": "That is one dollar and one cent.",
    "That is $0.99.": "That is ninety nine cents.",
    "It was $0.01 off.": "It was one cent off.",
    "It costs £3.99 today.": "It costs three pounds and ninety nine pence today.",
    "It costs €50.": "It costs fifty euros.",
    "It costs 50 € or 12,50 €.": "It costs fifty euros or twelve euros and fifty cents.",
    "You paid 100 USD.": "You paid one hundred dollars.",
    "You paid EUR 1,000.": "You paid one thousand euros.",
    "The house is $3.5 million.": "The house is three point five million dollars.",
    "Revenue was €1.5M.": "Revenue was one point five million euros.",
    "They raised $5k.": "They raised five thousand dollars.",
    "Your balance is -$20.": "Your balance is minus twenty dollars.",
    "Your balance is $-20.": "Your balance is minus twenty dollars.",
    "It is $10-$20 per person.": "It is ten to twenty dollars per person.",
    "It is $50/month.": "It is fifty dollars per month.",
    "It is ¥500.": "It is five hundred yen.",
    "I owe you 1,250 dollars and 50 cents.": "I owe you one thousand two hundred fifty dollars and fifty cents.",
    "Rates went up 3.5%.": "Rates went up three point five percent.",
    "It takes 5-10% longer.": "It takes five to ten percent longer.",
    "It is 20°C outside.": "It is twenty degrees Celsius outside.",
    "It is -5°C outside.": "It is minus five degrees Celsius outside.",
    "Drive 5 km, then 1 mi.": "Drive five kilometers, then one mile.",
    "It weighs 2.5 kg.": "It weighs two point five kilograms.",
    "You used 500 MB of 2 GB.": "You used five hundred megabytes of two gigabytes.",
    "The limit is 60 mph.": "The limit is sixty miles per hour.",
    "Wait 10 min.": "Wait ten minutes.",
    "It lasts 2 hrs.": "It lasts two hours.",
    "The room is 5x4 m.": "The room is five by four meters.",
    'He is 5\'10" tall.': 'He is five foot ten tall.',
    "Your card ending in 2047 was charged.": "Your card ending in two zero four seven was charged.",
    "The last four 0815 please.": "The last four zero eight one five please.",
    "Your code is 8-831.": "Your code is eight, eight three one.",
    "Your PIN is 0042.": "Your PIN is zero zero four two.",
    "Confirmation number 47291083.": "Confirmation number four seven two, nine one zero, eight three.",
    "Order #4821 has shipped.": "Order number four eight two one has shipped.",
    "Your booking BK-20481 is confirmed.": "Your booking B, K, two zero four, eight one is confirmed.",
    "The voucher AB12CD is valid.": "The voucher eigh, B, one two, C, D is valid.",
    "Spell it P-A-T-E-L.": "Spell it P, eigh, T, E, L.",
    "It is A-1-B-2.": "It is eigh, one, B, two.",
    "Call +1 (555) 123-4567.": "Call plus one, five five five, one two three, four five six seven.",
    "Call 555-123-4567 now.": "Call five five five, one two three, four five six seven now.",
    "Call 555-1234.": "Call five five five, one two three four.",
    "Call 0800 123 456.": "Call zero eight zero zero, one two three, four five six.",
    "Card 4111 1111 1111 1111.": "Card four one one one, one one one one, one one one one, one one one one.",
    "The zip code is 90210.": "The zip code is nine zero two, one zero.",
    "Dial 911.": "Dial nine one one.",
    "Flight 482 is late.": "Flight four eight two is late.",
    "Press 1 for sales, or 2 for help.": "Press one for sales, or two for help.",
    "We have 12,345 customers.": "We have twelve thousand three hundred forty five customers.",
    "We have 10000 customers.": "We have ten thousand customers.",
    "It has 3.14159 in it.": "It has three point one four one five nine in it.",
    "Version 1.2.3 is out.": "Version one point two point three is out.",
    "He came 1st, she came 22nd.": "He came first, she came twenty second.",
    "The 113th visitor": "The one hundred thirteenth visitor",
    "Use 1/2 a cup.": "Use one half a cup.",
    "Use 3 1/2 cups.": "Use three and a half cups.",
    "Rated 4/5 by guests.": "Rated four out of five by guests.",
    "We are open 24/7.": "We are open twenty four seven.",
    "It takes 10-15 minutes.": "It takes ten to fifteen minutes.",
    "From 2024-2026 we grew.": "From twenty twenty four to twenty twenty six we grew.",
    "The 1990s were fine.": "The nineteen nineties were fine.",
    "The '80s were better.": "The 'eighties were better.",
    "In 1905 it began.": "In nineteen oh five it began.",
    "In 2006 it ended.": "In two thousand six it ended.",
    "It is 2026 now.": "It is twenty twenty six now.",
    "Meet on 2026-12-24.": "Meet on December twenty fourth, twenty twenty six.",
    "Meet on 12/24/2026.": "Meet on December twenty fourth, twenty twenty six.",
    "Meet on 24/12/2026.": "Meet on December twenty fourth, twenty twenty six.",
    "Meet on December 24th, 2026.": "Meet on December twenty fourth, twenty twenty six.",
    "Meet on Dec. 24.": "Meet on December twenty fourth.",
    "Meet on 24 December 2026.": "Meet on the twenty fourth of December, twenty twenty six.",
    "Meet on the 3rd of May.": "Meet on the third of May.",
    "From Dec 24-26 we close.": "From December twenty fourth to twenty sixth we close.",
    "In March 2027 it ends.": "In March twenty twenty seven it ends.",
    'Open Mon-Fri 9:00-17:00.': "Open Monday to Friday nine o'clock to five P M.",
    "On Sat, Jun 5 we open.": "On Saturday, June fifth we open.",
    "At 7:30 am we start.": "At seven thirty eigh M we start.",
    "At 7:05 p.m. it ends.": "At seven oh five P M it ends.",
    "We close at 5 p.m.": "We close at five P M.",
    "Open 9am-5pm.": "Open nine eigh M to five P M.",
    'It is 12:00.': "It is twelve o'clock.",
    "It starts at 19:45.": "It starts at seven forty five P M.",
    "It starts at 00:15.": "It starts at twelve fifteen eigh M.",
    "Write to joe.smith@example.com.": "Write to joe dot smith at example dot com.",
    "Write to info2@my-shop.co.uk today.": "Write to info two at my dash shop dot co dot U K today.",
    "Go to https://www.example.com/help.": "Go to W W W dot example dot com slash help.",
    "Go to example.org now.": "Go to example dot org now.",
    "Dr. Smith will see you.": "Doctor Smith will see you.",
    "Mr. and Mrs. Jones": "Mister and Missus Jones",
    "12 Main St. is closed.": "twelve Main Street is closed.",
    "St. John is near 5 Oak Dr.": "Saint John is near five Oak Drive.",
    "Take a towel, e.g. a big one.": "Take a towel, for example a big one.",
    "Pay by card, cash, etc.": "Pay by card, cash, et cetera.",
    "See No. 5 and no. 7.": "See number five and number seven.",
    "Cats vs. dogs": "Cats versus dogs",
    'Read our FAQs.': "Read our F eigh Q's.",
    "The VIP lounge": "The V I P lounge",
    "The U.S. office": "The U S office",
    "An ID & a PIN": "An I D and a PIN",
    "Press * or #.": "Press star or pound.",
    "You get **two** `free` rides 😀.": "You get two free rides.",
    "Terms & conditions apply": "Terms and conditions apply",
    "MP3 or 4G?": "M P three or four G?",
    "COVID-19 rules": "COVID nineteen rules",
    "The A4 page": "The eigh four page",
    "Yes/no?": "Yes or no?",
    "A dog and an apple.": "A dog and an apple.",
    "A as in Alpha, B as in Bravo.": "eigh as in Alpha, B as in Bravo.",
    "8 8 3 1, 2 0 4 7": "eight eight three one, two zero four seven",
    "24-hour support": "twenty four-hour support",
    "joe dot smith at example dot com": "joe dot smith at example dot com",
    "Ticket price is 120 dollars.": "Ticket price is one hundred twenty dollars.",
    "I have 3 accounts.": "I have three accounts.",
    "x = 5 + 3": "x equals five plus three",
    'The "big" one (really).': 'The "big" one (really).',
}  # fmt: skip


@pytest.mark.parametrize("written", SPOKEN)
def test_golden(written: str) -> None:
    assert pronounce(written).text == SPOKEN[written]


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("You have $1,200.50 left.", [0, 1, 2, 2, 2, 2, 2, 2, 2, 2, 3]),
        ("Call +1 (555) 123-4567 now", [0, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 4]),
        ("On Dec. 24, 2026 at 5 p.m.", [0, 1, 2, 2, 3, 3, 3, 4, 5, 6, 6]),
        ("No 😀 harm", [0, 2]),
        ("  spaced   out ", [0, 1]),
        ("- a list", [1, 2]),
        ("", []),
        ("...", []),
    ],
)
def test_every_spoken_word_knows_its_written_one(written: str, words: list[int]) -> None:
    assert list(pronounce(written).words) == words


PLAIN = ("please", "thank", "you", "for", "calling", "the", "bank", "hello", "we", "can", "help", "and", "now")
_NASTY = st.text(
    alphabet="0123456789.,:;-–/+()$€£%#@&*'\"AaZzPp mMkKstrdhDecJunStNo[]{}\n\t\x00\x01\\<>é²½٣", max_size=120
)


@settings(max_examples=300)
@given(st.one_of(st.text(max_size=200), _NASTY))
@example("1" * 300)
@example("12:99 am 31/31/2026 2026-02-30 99-98 0/0 1.2.3.4")
def test_whatever_is_written_each_word_comes_from_one_and_in_order(written: str) -> None:
    spoken = pronounce(written)
    assert len(spoken.text.split()) == len(spoken.words)
    assert list(spoken.words) == sorted(spoken.words)
    assert all(0 <= number < len(written.split()) for number in spoken.words)
    assert not any(character.isdecimal() for character in spoken.text)
    assert all(any(character.isalnum() for character in word) for word in spoken.text.split())


@given(
    st.lists(
        st.sampled_from(
            ["please", "thank", "you", "for", "calling", "the", "bank", "hello", "we", "can", "help", "and", "now"]
        ),
        max_size=20,
    )
)
def test_plain_words_stay_as_they_are(words: list[str]) -> None:
    written = " ".join(words)
    assert pronounce(written).text == written


def test_an_endless_text_ends() -> None:
    for unit in ("1", "1,", "a-", "A.", "$1 ", "a@", "1-", "(1) "):
        assert len(pronounce(unit * MOST_CHARACTERS).words) <= 40 * MOST_CHARACTERS


def test_other_languages_keep_their_numbers_and_lose_their_marks() -> None:
    spoken = pronounce("Das **kostet** 12,50 € 😀", language="de-DE")
    assert spoken.text == "Das kostet 12,50€"
    assert spoken.words == (0, 1, 2)


def test_the_lexicon_comes_first() -> None:
    lexicon = Lexicon.from_mapping({"Vivavoce": "viva votchay", "SQL": "sequel", "US": "you ess", "24/7": "always"})
    spoken = pronounce("vivavoce's SQL is for us 24/7, US too.", lexicon)
    assert spoken.text == "viva votchay's sequel is for us always, you ess too."
    assert spoken.words == (0, 0, 1, 2, 3, 4, 5, 6, 6, 7)


def test_the_lexicon_works_in_every_language() -> None:
    lexicon = Lexicon.from_mapping({"Vivavoce": "wiwa wotsche"})
    assert pronounce("Hier ist Vivavoce.", lexicon, "de").text == "Hier ist wiwa wotsche."


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("₹1,50,000.00", "one hundred fifty thousand rupees"),
        ("CHF 1'200.00", "one thousand two hundred Swiss francs"),
        ("10 000 €", "ten thousand euros"),
        ("$10 000", "ten thousand dollars"),
        ("$.50", "fifty cents"),
        ("$5 thouſand", "five thousand dollars"),
        ("DE89 3704 0044 0532", "D, E, eight nine, three seven zero four, zero zero four four"),
    ],
)
def test_amounts_and_accounts_in_other_notations(written: str, spoken: str) -> None:
    assert pronounce(written).text.startswith(spoken)
