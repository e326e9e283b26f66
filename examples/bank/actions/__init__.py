"""Custom actions of the bank: every class here answers to one action name of the domain.

The pure parts (`names`, `money`, `periods`) know no database; `database` and `demo_customer` know the SQLite
file; the `*_actions` modules join the two.
"""

from .account_actions import (
    ActionChangeTransferLimit,
    ActionGetBalance,
    ActionGetTransferLimit,
    ActionListTransactions,
    ActionWordNewLimit,
)
from .card_actions import ActionActivateCard, ActionBlockCard, ActionCheckCard, ActionOrderReplacement
from .contact_actions import (
    ActionAddContact,
    ActionCheckNewContact,
    ActionFindContact,
    ActionListContacts,
    ActionRemoveContact,
)
from .session_actions import ActionOpenDemoAccount
from .transfer_actions import ActionCheckRecipient, ActionCheckTransfer, ActionExecuteTransfer

__all__ = [
    "ActionActivateCard",
    "ActionAddContact",
    "ActionBlockCard",
    "ActionChangeTransferLimit",
    "ActionCheckCard",
    "ActionCheckNewContact",
    "ActionCheckRecipient",
    "ActionCheckTransfer",
    "ActionExecuteTransfer",
    "ActionFindContact",
    "ActionGetBalance",
    "ActionGetTransferLimit",
    "ActionListContacts",
    "ActionListTransactions",
    "ActionOpenDemoAccount",
    "ActionOrderReplacement",
    "ActionRemoveContact",
    "ActionWordNewLimit",
]
