"""Tables of what recognition confuses: words that sound alike, compounds, names by ear; fillers; the alphabet."""

from __future__ import annotations

import random
import re

from dialogue.understanding.lexicon import words_of

_SOUND_ALIKE = """
ad add/air heir/aisle I'll/allowed aloud/altar alter/ant aunt/ate eight/bail bale/bare bear/base bass/be bee
beach beech/been bean/beat beet/berry bury/billed build/blew blue/board bored/boy buoy/brake break/bread bred
bridal bridle/buy by bye/ceiling sealing/cell sell/cent sent scent/cereal serial/check cheque/checks cheques
chews choose/choir quire/chord cord/cite site sight/clothes close/coarse course/council counsel/creak creek
crews cruise/currant current/days daze/dear deer/desert dessert/dew due do/die dye/draft draught/dual duel/earn urn
fair fare/feat feet/find fined/fir fur/flair flare/flea flee/flew flu/flour flower/for four fore
fort fought/forth fourth/foul fowl/gait gate/genes jeans/gilt guilt/grate great/groan grown/guessed guest/gym Jim
hail hale/hair hare/hall haul/heal heel/hear here/heard herd/higher hire/him hymn/hole whole/hour our
idle idol/in inn/jam jamb/key quay/knead need/knew new/knight night/knot not/know no/knows nose/laid lade/lain lane
lead led/leased least/lessen lesson/loan lone/made maid/mail male/main mane/mall maul/manner manor/meat meet
medal meddle/mind mined/missed mist/moan mown/morning mourning/mussel muscle/naval navel/nay neigh/none nun/oar or
one won/paced paste/packed pact/pail pale/pain pane/pair pear pare/passed past/patience patients/pause paws
peace piece/peak peek/peal peel/pedal peddle/peer pier/plain plane/pleas please/plum plumb/poor pour pore/pole poll
praise prays/presence presents/prince prints/principal principle/profit prophet/rain reign/raise rays/rap wrap
raw roar/read red/real reel/right write rite/ring wring/road rode/role roll/root route/rose rows/rough ruff
sail sale/sauce source/saw sore/scene seen/sea see/seam seem/seas sees/sew so/shake sheikh/shoe shoo/side sighed
sole soul/some sum/son sun/stair stare/stake steak/stationary stationery/steal steel/storey story/straight strait
suite sweet/tail tale/tea tee/team teem/tear tier/their there they're/threw through/throne thrown/thyme time
tide tied/to too two/toad towed/toe tow/told tolled/vain vein/vary very/wade weighed/wail whale/waist waste
wait weight/war wore/ware wear where/warn worn/watt what/way weigh/we wee/weak week/weather whether/which witch
while wile/whine wine/who's whose/wood would/yoke yolk/you're your/it's its/we're were/won't want/let's lets
caught court/floor flaw
"""

# What is heard only sometimes: from the first to the second, never back.
_NEARLY_ALIKE = """
and an/and in/an and/are our/at that/asked ask/flight fright/book look/booking looking/cancel council/order odor
claim clean/account a count/appointment a point meant/bill pill/billing building/bank thank/call car/card cart
card guard/change chain/charge large/chat cat/contract contact/date day/delivery the livery/deposit the posit
double trouble/email a mail/fine find/file fire/fix fits/form farm/garden guardian/gas guess/hotel a tell
insurance assurance/invoice in voice/item I them/kitchen chicken/late light/leave live/letter later/light right
line lion/list lest/live leave/lock log/loss lost/meter metre/move mauve/open hoping/package baggage/parcel partial
park bark/parking barking/pass path/pay play/payment basement/phone foam/pick big/plan plant/plumber number
policy palace/post host/price prize/quote coat/rate late/refund re fund/rent went/repair prepare/report resort
reset recent/return reach turn/room broom/seat feet/send sand/service surface/ship chip/shop chop/sign sigh
sink think/sister system/start star/status state us/stop shop/store stole/switch which/table able/tax tacks
test text/them then/thing think/through true/this these/ticket thicket/top talk/track truck/trip drip/tyre tire
update up date/van fan/vet that/visit with it/wanna want to/want one/with width/work walk/year ear/they the
then than/of off/off of/I'd I/I'm I am/I've I/that's that/what's what/would wood/could good/should shed
gonna going to/gotta got to/because cause/about bout/address a dress/another and other
"""

_COMPOUNDS = """
check in|checkin/check out|checkout/log in|login/sign up|signup/set up|setup/back up|backup/pick up|pickup
drop off|dropoff/week end|weekend/every day|everyday/any more|anymore/any time|anytime/some one|someone
any body|anybody/can not|cannot/all right|alright/may be|maybe/in to|into/on to|onto/voice mail|voicemail
web site|website/on line|online/off line|offline/air port|airport/bath room|bathroom/bed room|bedroom
birth day|birthday/book shop|bookshop/dish washer|dishwasher/note book|notebook/pass word|password
post code|postcode/zip code|zipcode/house hold|household/hair cut|haircut/key board|keyboard/life time|lifetime
mean while|meanwhile/over night|overnight/pay check|paycheck/pay day|payday/phone call|phonecall/sun day|sunday
mon day|monday/fri day|friday/to day|today/to morrow|tomorrow/to night|tonight/up grade|upgrade
down grade|downgrade/up date|update/under stand|understand/with out|without/work shop|workshop
"""

_NAMES = {
    "siobhan": "Shivon", "niamh": "Neve", "saoirse": "Sersha", "roisin": "Rosheen", "padraig": "Porrick",
    "ciarán": "Kieran", "caitlin": "Kathleen", "sean": "Shawn", "shaun": "Sean", "stephen": "Steven",
    "catherine": "Katherine", "sarah": "Sara", "sara": "Sarah", "john": "Jon", "jon": "John", "brian": "Bryan",
    "philippa": "Filippa", "geoffrey": "Jeffrey", "graham": "Graeme", "claire": "Clare", "anne": "Ann", "ann": "Anne",
    "rachel": "Rachael", "nicholas": "Nicolas", "jean-pierre": "John Pierre", "xavier": "Savior", "javier": "Havier",
    "jorge": "Horhay", "josé": "Jose A", "juan": "Wan", "guadalupe": "Wadalupe", "krzysztof": "Shishtof",
    "agnieszka": "Agneshka", "katarzyna": "Kata Zhina", "tomasz": "Tomash", "zofia": "Sofia", "wei": "Way",
    "mei": "May",
    "qing": "Ching", "xiaoming": "Shall Ming", "nguyen": "Winn", "ngozi": "Ingozi", "nkechi": "In Kechi",
    "khadija": "Kadeeja", "yusuf": "Yousef", "mohammed": "Muhammad", "ahmed": "Achmed", "hye-jin": "Hey Jin",
    "björn": "Be Yorn", "bergström": "Bergstrom", "lefebvre": "Lefever", "beaumont": "Bow Mont", "dubois": "Du Bwa",
    "moreau": "Morrow", "mueller": "Miller", "schmidt": "Schmitt", "o'brien": "O Brian", "o'connor": "Oh Connor",
    "o'sullivan": "O Sullivan", "mccarthy": "Mac Carthy", "macdonald": "McDonald", "smith": "Smyth",
    "thompson": "Thomson",
    "stewart": "Stuart", "phillips": "Philips", "reid": "Reed", "clark": "Clarke", "davies": "Davis", "white": "Whyte",
    "yilmaz": "Ill Maz", "edinburgh": "Edinboro", "worcester": "Wooster", "leicester": "Lester", "reading": "Redding",
    "gloucester": "Gloster", "tucson": "Too Sawn", "lyon": "Leon", "cologne": "Colone", "krakow": "Crack Off",
}  # fmt: skip

# Spellings that sound alike, tried in this order on a name that is in no table.
_RESPELLINGS = (
    ("ph", "f"), ("sch", "sh"), ("cz", "ch"), ("sz", "sh"), ("tsch", "ch"), ("eigh", "ay"), ("ough", "off"),
    ("igh", "y"),
    ("ck", "k"), ("qu", "kw"), ("x", "ks"), ("dt", "t"), ("th", "t"), ("kh", "k"), ("gh", "g"), ("wr", "r"),
    ("kn", "n"),
    ("eau", "o"), ("aux", "oh"), ("ae", "ay"), ("ee", "ea"), ("ea", "ee"), ("ie", "y"), ("y", "ie"), ("ei", "ie"),
    ("oo", "u"), ("ou", "oo"), ("ll", "l"), ("tt", "t"), ("ss", "s"), ("nn", "n"), ("rr", "r"), ("c", "k"), ("k", "c"),
    ("z", "s"), ("v", "w"), ("w", "v"), ("j", "y"), ("on", "en"), ("an", "en"), ("er", "ar"), ("ar", "er"),
    ("in", "en"),
    ("i", "e"), ("e", "i"), ("u", "oo"),
)  # fmt: skip

NOT_NAMES = frozenset(
    words_of(
        "i i'm i'd i'll i've ok mr mrs ms dr miss sir street road avenue lane drive close court place way "
        "square terrace "
        "the monday tuesday wednesday thursday friday saturday sunday january february march april may june "
        "july august "
        "september october november december noon please yes no north south east west new saint st am pm"
    )
)
"""Words that are written with a capital and that recognition knows well."""

FILLERS = ("uh", "um", "er", "erm", "like", "you know", "well", "I mean", "so", "ah", "hmm", "let's see", "so um")
OPENING_FILLERS = ("uh", "um", "so", "well", "er", "erm", "so um", "oh", "uh so", "look", "um well", "ah", "you know")
"""None of these may be an answer: no yeah, okay or right."""
RESTARTS = (
    "I want to",
    "can I",
    "I need",
    "could you",
    "I just",
    "it's",
    "I was",
    "so the",
    "the thing is",
    "what I",
    "I'd",
)
DROPPABLE = frozenset(words_of("a an the to is of in i it my at for that's it's please so and are on be with"))
KEPT = frozenset(
    words_of(
        "no nope not don't never cancel stop yes yeah yep without cannot can't won't isn't wrong nah didn't "
        "doesn't none "
        "nothing wouldn't haven't hasn't aren't wasn't rather forget skip repeat again"
    )
)
"""A turn that loses or gains one of these means something else: they are never dropped, clipped, misheard or heard."""

ALPHABET = dict(
    zip(
        "abcdefghijklmnopqrstuvwxyz",
        words_of(
            "Alpha Bravo Charlie Delta Echo Foxtrot Golf Hotel India Juliet Kilo Lima Mike November Oscar Papa Quebec "
            "Romeo Sierra Tango Uniform Victor Whiskey X-ray Yankee Zulu"
        ),
        strict=True,
    )
)


def _entries(table: str) -> list[str]:
    return [entry.strip() for entry in re.split("[/\n]", table.strip()) if entry.strip()]


def _sounds() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for entry in _entries(_SOUND_ALIKE):
        words = entry.split()
        for word in words:
            found[word.lower()] = (*found.get(word.lower(), ()), *(other for other in words if other != word))
    for entry in _entries(_NEARLY_ALIKE):
        heard, _, written = entry.partition(" ")
        found[heard.lower()] = (*found.get(heard.lower(), ()), written)
    return {word: kept for word, others in found.items() if (kept := tuple(one for one in others if one not in KEPT))}


SOUND_ALIKE = _sounds()
"""What each word, in lower case, may be written as: words of the same or nearly the same sound."""

COMPOUNDS: dict[str, str] = {}
for _entry in _entries(_COMPOUNDS):
    _apart, _together = _entry.split("|")
    COMPOUNDS |= {_apart: _together, _together: _apart}


def by_ear(name: str, rng: random.Random) -> str:
    """Write a name as it sounds to someone who never saw it; its capital stays."""
    known = _NAMES.get(name.lower())
    if known is not None and rng.random() < 0.8:
        return known
    heard = name.lower()
    fitting = [(spelled, sound) for spelled, sound in _RESPELLINGS if spelled in heard[1:] or heard.startswith(spelled)]
    for spelled, sound in rng.sample(fitting, min(len(fitting), rng.randint(1, 2))):
        heard = heard.replace(spelled, sound, 1)
    return heard[:1].upper() + heard[1:] if name[:1].isupper() else heard
