"""The parties that FreeSWITCH's variables name. The rows are as FreeSWITCH 1.11.1 has them."""

import pytest

from fsplug.policy.header_values import parties
from fsplug.policy.identities import Identities, identities, identities_of_phone

_ROWS = [
    # The profile parses all headers.
    (
        {"sip_i_p_asserted_identity": 'ARRAY::"A, B" <sip:+4531112233@carrier.example>|:<tel:+4522334499>'},
        (("+4531112233", "+4522334499"), (), ()),
    ),
    (
        {
            "sip_P-Asserted-Identity": "22334499",
            "sip_i_p_asserted_identity": "<tel:22334499;phone-context=+45>",
        },
        (("22334499", "+4522334499"), (), ()),
    ),
    (
        {
            "sip_i_remote_party_id": "ARRAY::<sip:+4531112233@c>;party=calling|:"
            '"x\\"y" <sip:+4522334499@c>;party=called;privacy=off'
        },
        (("+4531112233",), ("+4522334499",), ()),
    ),
    ({"sip_i_remote_party_id": "<+4522334499>"}, (("+4522334499",), (), ())),
    (
        {
            "sip_h_DIVERSION": "<tel:+4522334411>",
            "sip_i_diversion": "ARRAY::<sip:+4522334499@c>;reason=x|:<sip:+4531112233@c>|:<tel:+4522334411>",
        },
        ((), (), ("+4522334411", "+4522334499", "+4531112233")),
    ),
    ({"sip_i_cc_diversion": "<sip:+4522334499@c>"}, ((), (), ("+4522334499",))),
    ({"sip_i_p_called_party_id": "<sip:+4522334499@c>"}, ((), ("+4522334499",), ())),
    # It does not.
    (
        {"sip_h_P-Served-User": "<sip:+4522334499@c>", "sip_h_P-Served-User-1": "<sip:+4522334498@c>"},
        ((), (), ("+4522334499", "+4522334498")),
    ),
    ({"sip_h_p-called-party-id": "<sip:+4522334499@c>"}, ((), ("+4522334499",), ())),
    (
        {"sip_history_info": "<sip:+4531112233@c>;index=1, <sip:+4522334499@c>;index=1.1, <sip:+4522334497@c>;index=2"},
        ((), (), ("+4531112233", "+4522334499", "+4522334497")),
    ),
    ({"sip_referred_by_user": "+4522334499"}, ((), (), ("+4522334499",))),
    (
        {"sip_referred_by_user": "22334499", "sip_referred_by_params": "phone-context=+45"},
        ((), (), ("+4522334499",)),
    ),
    ({"sip_req_user": "22334499", "sip_req_params": "phone-context=+45"}, ((), ("+4522334499",), ())),
    # A REFER comes from a phone, which says of itself, and of where it sends the call, what it likes.
    ({"sip_h_Referred-By": '"q" <sip:+4522334499@c.example;tel=+4522334499>'}, ((), (), ())),
    ({"sip_h_X-FS-Refer-Params": "target=+4522334499;cause=302"}, ((), (), ())),
    ({"sip_i_x_fs_refer_params": "<sip:+4522334499@c>"}, ((), (), ("+4522334499",))),
    ({"sip_Remote-Party-ID": '"x" <sip:+4522334499@c>;party=calling'}, (("+4522334499",), (), ())),
    # From, in every form.
    ({"sip_full_from": "<tel:22334499;phone-context=+45>;tag=a"}, (("+4522334499",), (), ())),
    ({"sip_full_from": "<sip:+45-22-33-44-99;phone-context=x@c>;tag=b"}, (("+4522334499",), (), ())),
    ({"sip_full_from": "sip:+4522334499@c;tag=c"}, (("+4522334499",), (), ())),
    ({"sip_from_user": "22334499;phone-context=+45"}, (("+4522334499",), (), ())),
    ({"sip_full_from": '"x \\" <sip:+4511@z>" <sip:%2B4522334499@c>;tag=a'}, (("+4522334499",), (), ())),
    ({"sip_full_from": '"+45 22 33 44 99" <sip:anonymous@anonymous.invalid>;tag=d'}, (("+4522334499",), (), ())),
    ({"sip_from_user": "anonymous"}, (("anonymous",), (), ())),
    # The request, an answer, and a header that nobody knows.
    ({"sip_req_user": "*31#22334499", "sip_full_to": "<tel:+4522334499>"}, ((), ("*31#22334499", "+4522334499"), ())),
    ({"sip_rh_P-Called-Party-ID": "<sip:+4522334499@c>"}, ((), ("+4522334499",), ())),
    ({"sip_i_p_charge_info": "<sip:+4522334499@c>"}, ((), (), ("+4522334499",))),
    ({"sip_i_x_caller": "+45 22 33 44 99"}, ((), (), ("+4522334499",))),
    # Digits wherever they stand, as they are written, after the parties.
    ({"sip_i_contact": "<sip:+4522334499@127.0.0.1:5060>"}, ((), (), ("+4522334499",))),
    ({"sip_contact_user": "022334499"}, ((), (), ("022334499",))),
    ({"sip_i_x_number": "22334499", "sip_h_X-Again": "22334499"}, ((), (), ("22334499",))),
    ({"sip_i_subject": "of +45 (0)22-33 44 99, by 5 others"}, ((), (), ("+45 0 22 33 44 99",))),
    (
        {"sip_h_Diversion": '"call <sip:+4522334499@x>" <sip:+4531112233@c>'},
        ((), (), ("+4531112233", "+4522334499")),
    ),
    (
        {"sip_history_info": "<sip:+4531112233@c;cause=302;target=%2B4522334499>;index=1.1"},
        ((), (), ("+4531112233", "+4522334499")),
    ),
    ({"sip_full_from": "<sip:x@c;tel=+4522334499>;tag=7000000000"}, ((), (), ("+4522334499",))),
    ({"sip_full_from": "<sip:x@+4522334499>"}, ((), (), ("+4522334499",))),
    ({"sip_req_user": "x", "sip_req_params": "tel=22334499"}, ((), ("x;tel=22334499",), ("22334499",))),
    ({"sip_req_user": "+4522334499*1"}, ((), ("+4522334499*1",), ())),
    # What is named already is not named again for being written without its plus.
    (
        {"sip_full_from": "<sip:+4522334499@c>", "sip_contact_user": "x", "sip_i_contact": "<sip:4522334499@c>"},
        (("+4522334499",), (), ()),
    ),
    # Addresses of machines, and what is too short.
    ({"sip_i_route": "<sip:+4522334499@c;lr>", "sip_i_x_node": "<sip:22.33.44.99:5060>"}, ((), (), ())),
    ({"sip_i_x_trace": "a-223344", "sip_i_via": "SIP/2.0/UDP c;branch=z9hG4bK22334499"}, ((), (), ())),
]


@pytest.mark.parametrize(("variables", "expected"), _ROWS, ids=lambda one: next(iter(one)) if one else "")
def test_each_party_is_read_with_its_part_in_the_call(variables, expected):
    found = identities(variables)
    assert (found.calling, found.called, found.forwarding) == expected


@pytest.mark.parametrize(
    ("variables", "called", "transferring"),
    [
        ({"sip_req_user": "22334499", "sip_full_to": "<sip:+4531112233@c>"}, ("22334499",), ()),
        ({"sip_req_user": "22334499", "sip_req_params": "phone-context=+45"}, ("+4522334499",), ()),
        ({"sip_req_user": "1004", "sip_req_params": "tel=+4522334499"}, ("1004",), ()),
        ({"sip_from_user": "1002", "sip_full_from": "<sip:1002@c>", "sip_P-Asserted-Identity": "1002"}, (), ()),
        ({"sip_h_Diversion": "<sip:+4522334499@c>", "sip_i_history_info": "<sip:+4522334499@c>"}, (), ()),
        ({"sip_referred_by_user": "+4522334499", "sip_i_referred_by": "<sip:+4522334499@c>"}, (), ()),
        ({"sip_h_Referred-By": "<sip:1003@c>"}, (), ("1003",)),
    ],
)
def test_of_a_phone_only_what_it_dials_counts_and_who_transferred_it(variables, called, transferring):
    assert identities_of_phone(variables) == Identities(called=called, transferring=transferring)


@pytest.mark.parametrize(("said", "names"), [('"q" <sip:1003@c.example>', ("1003",)), ("<sip:+4522334499@c>", ())])
def test_who_transfers_says_so_by_name_alone(said, names):
    assert identities({"sip_h_Referred-By": said}) == Identities(transferring=names)


@pytest.mark.parametrize("display", ['"', '"Bo', '"Bo \\" ', "Bo '", '"a"b"', "<", "<<", "=?utf-8?q?x?= "])
def test_a_display_that_does_not_end_hides_no_number(display):
    assert "+4522334499" in parties(f"{display}<sip:+4522334499@carrier.example>;reason=x")


def test_a_value_of_any_length_and_depth_is_read_in_time():
    for text in ("<" * 100_000, '"' * 100_001, '"\\' * 50_000, "sip:" * 50_000, "," * 100_000, "ARRAY::|:" * 20_000):
        assert isinstance(parties(text), tuple)


@pytest.mark.parametrize("number", ["22334499", "+4522334499", "*31#22334499", "#31#+4522334499", "0" * 100])
def test_a_bare_number_names_the_party_that_its_uri_names(number):
    assert parties(number) == parties(f"<tel:{number}>") == (number,)
