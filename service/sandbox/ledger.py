"""Everything the pretend providers accepted and the pretend phones sent, in memory and in the journal."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain

from service.sandbox.journal import Journal
from service.sandbox.records import Consent, Direction, Mail, Record, Text


class Ledger:
    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._clear()

    def _clear(self) -> None:
        self._texts: dict[str, Text] = {}
        self._mails: dict[str, Mail] = {}
        self._consents: dict[tuple[str, str], Consent] = {}
        self._sids_by_phone: defaultdict[str, list[str]] = defaultdict(list)
        self._sids_by_recipient: defaultdict[str, list[str]] = defaultdict(list)
        self._ids_by_mailbox: defaultdict[str, list[str]] = defaultdict(list)

    def load(self) -> None:
        """Take up what an earlier run wrote, and drop the lines that later ones replaced."""
        lines = 0
        for record in self._journal.records():
            lines += 1
            self._remember(record)
        kept: list[Record] = list(chain(self._texts.values(), self._mails.values(), self._consents.values()))
        if lines > len(kept):
            self._journal.rewrite(kept)

    def put(self, record: Record) -> None:
        """Keep a new record, or the new state of a known one."""
        self._remember(record)
        self._journal.append(record)

    def _remember(self, record: Record) -> None:
        match record:
            case Text():
                self._remember_text(record)
            case Mail():
                if record.mail_id not in self._mails:
                    self._ids_by_mailbox[record.to.lower()].append(record.mail_id)
                self._mails[record.mail_id] = record
            case Consent():
                self._consents[record.phone, record.ours] = record

    def _remember_text(self, text: Text) -> None:
        if text.sid not in self._texts:
            self._sids_by_phone[text.phone].append(text.sid)
            recipient = text.ours if text.direction is Direction.INBOUND else text.phone
            self._sids_by_recipient[recipient or ""].append(text.sid)
        self._texts[text.sid] = text

    def forget_everything(self) -> None:
        self._clear()
        self._journal.rewrite([])

    def close(self) -> None:
        self._journal.close()

    def text(self, sid: str) -> Text | None:
        return self._texts.get(sid)

    def mail(self, mail_id: str) -> Mail | None:
        return self._mails.get(mail_id)

    def texts(self) -> Sequence[Text]:
        """All of them, oldest first."""
        return list(self._texts.values())

    def mails(self) -> Sequence[Mail]:
        return list(self._mails.values())

    def newest_texts(self, recipient: str = "") -> Iterator[Text]:
        """Newest first; only those sent to `recipient` when one is named."""
        sids = self._sids_by_recipient.get(recipient, []) if recipient else list(self._texts)
        return (self._texts[sid] for sid in reversed(sids))

    def conversation(self, phone: str) -> Sequence[Text]:
        """What a phone got and sent, oldest first."""
        return [self._texts[sid] for sid in self._sids_by_phone.get(phone, [])]

    def mailbox(self, address: str) -> Sequence[Mail]:
        """What an address got, oldest first."""
        return [self._mails[mail_id] for mail_id in self._ids_by_mailbox.get(address.lower(), [])]

    def phones(self) -> Sequence[Sequence[Text]]:
        """One conversation for each phone, the liveliest first."""
        talks = [self.conversation(phone) for phone in self._sids_by_phone]
        return sorted(talks, key=lambda talk: talk[-1].created_at, reverse=True)

    def mailboxes(self) -> Sequence[Sequence[Mail]]:
        boxes = [self.mailbox(address) for address in self._ids_by_mailbox]
        return sorted(boxes, key=lambda box: box[-1].created_at, reverse=True)

    def is_blocked(self, phone: str, ours: str) -> bool:
        consent = self._consents.get((phone, ours))
        return consent is not None and consent.standing == "blocked"
