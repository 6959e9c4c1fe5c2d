"""Flows of calls that are transferred, picked up or parked, and the whole timeline that follows."""

from tests.policy.conversation.timelinetable import Kind

TRANSFERS = [
    Kind(
        "blind transfer by who answered",
        """
        0   CALL    A customer 1001
        1   TALK    A A-B customer>1001 record
        1   REC     A-B 1-9
        9   SENT    B 1001 blind
        9   PARTED  A-B
        12  TALK    A A-C customer>1003 no
        30  OVER    A
        """,
        """
        customer waits 0-1
        customer talks 1-9 in 0
        customer waits 9-12
        customer talks 12-30 in 1
        1001 talks 1-9 in 0
        1003 talks 12-30 in 1
        """,
        """
        0 customer>1001 1-9 record, recorded 1-9
        1 customer>1003 12-30 no
        """,
        """
        9 transfer by 1001 of customer blind
        """,
    ),
    Kind(
        "blind transfer by the caller: the called leg goes on in a call of its own",
        """
        0   CALL    A 1004 1001
        1   TALK    A A-B 1004>1001 no
        9   SENT    A 1004 blind
        9   PARTED  A-B
        9   OVER    A
        9   CALL    B 1001 1003
        12  TALK    B B-C 1001>1003 record
        30  OVER    B
        """,
        """
        1004 waits 0-1
        1004 talks 1-9 in 0
        1001 talks 1-9 in 0
        1001 waits 9-12
        1001 talks 12-30 in 1
        1003 talks 12-30 in 1
        """,
        """
        0 1004>1001 1-9 no
        1 1001>1003 12-30 record
        """,
        """
        9 transfer by 1004 of 1001 blind
        """,
    ),
    Kind(
        "attended transfer: what was asked beside the customer is a consultation",
        """
        0   CALL    A customer 1001
        1   TALK    A A-B customer>1001 record
        5   HELD    1001 5-20
        6   CALL    C 1001 1003
        8   TALK    C C-D 1001>1003 no
        20  SENT    B 1001 attended
        20  PARTED  C-D
        20  PARTED  A-B
        21  TALK    A A-D customer>1003 record
        40  OVER    A
        40  OVER    C
        """,
        """
        customer waits 0-1
        customer talks 1-20 in 0
        customer waits 20-21
        customer talks 21-40 in 2
        1001 talks 1-20 in 0
        1001 waits 6-8
        1001 talks 8-20 in 1
        1003 talks 8-20 in 1
        1003 talks 21-40 in 2
        """,
        """
        0 customer>1001 1-20 record
        1 1001>1003 8-20 no, consultation
        2 customer>1003 21-40 record
        """,
        """
        5 hold by 1001 until 20
        20 transfer by 1001 of customer attended
        """,
    ),
    Kind(
        "blind transfer to somebody who does not answer",
        """
        0   CALL    A customer 1001
        1   TALK    A A-B customer>1001 record
        9   SENT    B 1001 blind A
        9   PARTED  A-B
        30  OVER    A
        """,
        """
        customer waits 0-1
        customer talks 1-9 in 0
        customer waits 9-30
        1001 talks 1-9 in 0
        """,
        """
        0 customer>1001 1-9 record
        """,
        """
        9 transfer by 1001 of customer blind
        """,
    ),
    Kind(
        "bridges that follow each other at once: nobody waits in between",
        """
        0.00  CALL    A customer 1001
        0.05  TALK    A A-B customer>1001 record
        9.00  PARTED  A-B
        9.09  TALK    A A-C customer>1003 record
        12.0  OVER    A
        """,
        """
        customer talks 0.05-9 in 0
        customer talks 9.09-12 in 1
        1001 talks 0.05-9 in 0
        1003 talks 9.09-12 in 1
        """,
        """
        0 customer>1001 0.05-9 record
        1 customer>1003 9.09-12 record
        """,
    ),
    Kind(
        "semi-attended transfer: nobody was asked",
        """
        0   CALL    A customer 1001
        1   TALK    A A-B customer>1001 record
        6   CALL    C 1001 1003
        8   SENT    C 1001 semi-attended A
        8   PARTED  A-B
        9   OVER    C
        10  TALK    A A-D customer>1003 record
        40  OVER    A
        """,
        """
        customer waits 0-1
        customer talks 1-8 in 0
        customer waits 8-10
        customer talks 10-40 in 1
        1001 talks 1-8 in 0
        1001 waits 6-9
        1003 talks 10-40 in 1
        """,
        """
        0 customer>1001 1-8 record
        1 customer>1003 10-40 record
        """,
        """
        8 transfer by 1001 of customer semi-attended
        """,
    ),
]
PICKED_UP_OR_PARKED = [
    Kind(
        "picked up by a colleague whose leg called in",
        """
        0   CALL    A customer 1001
        4   PICKED  A P-A customer>1002 record
        9   OVER    A
        """,
        """
        customer waits 0-4
        customer talks 4-9 in 0
        1002 talks 4-9 in 0
        """,
        """
        0 customer>1002 4-9 record
        """,
        """
        4 pick-up by 1002 of customer
        """,
    ),
    Kind(
        "parked and fetched",
        """
        0   CALL    A customer 1001
        1   TALK    A A-B customer>1001 record
        9   SENT    B 1001 blind
        9   PARTED  A-B
        9   PARKED  A 6001 9-20
        20  TALK    A F-A customer>1003 record
        30  OVER    A
        """,
        """
        customer waits 0-1
        customer talks 1-9 in 0
        customer parked 9-20 at 6001
        customer talks 20-30 in 1
        1001 talks 1-9 in 0
        1003 talks 20-30 in 1
        """,
        """
        0 customer>1001 1-9 record
        1 customer>1003 20-30 record
        """,
        """
        9 transfer by 1001 of customer blind
        9 park by 1001 of customer until 20 at 6001
        20 fetch by 1003 of customer at 6001
        """,
    ),
    Kind(
        "parked, and hung up there",
        """
        0   CALL    A customer 1001
        1   TALK    A A-B customer>1001 record
        9   PARTED  A-B
        9   PARKED  A 6001 9-20
        20  OVER    A
        """,
        """
        customer waits 0-1
        customer talks 1-9 in 0
        customer parked 9-20 at 6001
        1001 talks 1-9 in 0
        """,
        """
        0 customer>1001 1-9 record
        """,
        """
        9 park by - of customer until 20 at 6001
        """,
    ),
]
