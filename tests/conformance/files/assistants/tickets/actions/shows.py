from rasa_sdk import Action
from rasa_sdk.events import SessionEnded, SlotSet

SEATS = {"Carmen": 0, "Tosca": 12}


class AskShow(Action):
    def name(self):
        return "action_ask_show"

    def run(self, dispatcher, tracker, domain):
        buttons = [{"title": show, "payload": f"/SetSlots(show={show})"} for show in sorted(SEATS)]
        dispatcher.utter_message(text="Which show?", buttons=buttons)
        return []


class SeatsLeft(Action):
    def name(self):
        return "action_seats_left"

    def run(self, dispatcher, tracker, domain):
        return [SlotSet("seats_left", SEATS.get(tracker.get_slot("show"), 0))]


class Handoff(Action):
    def name(self):
        return "action_handoff"

    def run(self, dispatcher, tracker, domain):
        dispatcher.utter_message(text="Connecting.")
        return [SessionEnded()]


class Catalogue(Action):
    def name(self):
        return "action_catalogue"

    def run(self, dispatcher, tracker, domain):
        asked = tracker.latest_message.get("text")
        dispatcher.utter_message(response="utter_catalogue", day=asked.split()[-1], play="Tosca")
