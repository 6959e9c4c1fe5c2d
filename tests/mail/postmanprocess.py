"""A postman of its own, to be killed: STORE PORT."""

import sys
from functools import partial

from fsplug.mail import smtp
from fsplug.mail.postman import Postman
from fsplug.mail.smtp import MailServer
from fsplug.store.db.database import Store
from tests.mail.conftest import POST
from tests.store.accountcast import Clock

if __name__ == "__main__":
    clock = Clock()
    store = Store(sys.argv[1], clock=clock, database_clock=clock)
    Postman(store, POST, partial(smtp.send, MailServer("127.0.0.1", int(sys.argv[2]), "none"))).round()
