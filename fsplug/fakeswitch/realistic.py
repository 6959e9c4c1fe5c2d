"""The variables that a SIP call leaves on a channel, so that events are as large as real ones (captured on 1.11.1)."""

from datetime import UTC, datetime
from functools import lru_cache

from fsplug.fakeswitch.channel import Channel, Times
from fsplug.fakeswitch.variables import Layer, encoded

_SDP = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio 16592 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n"
)
_LOCAL_SDP = (
    "v=0\r\no=FreeSWITCH 1795327264 1795327265 IN IP4 127.0.0.1\r\ns=FreeSWITCH\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio 41646 RTP/AVP 8 101 13\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\n"
    "a=fmtp:101 0-15\r\na=rtpmap:13 CN/8000\r\na=ptime:20\r\n"
)
_MEDIA = {
    "switch_r_sdp": _SDP,
    "ep_codec_string": "CORE_PCM_MODULE.PCMA@8000h@20i@64000b",
    "rtp_use_codec_string": "PCMA,PCMU",
    "remote_video_media_flow": "inactive",
    "remote_text_media_flow": "inactive",
    "remote_audio_media_flow": "sendrecv",
    "audio_media_flow": "sendrecv",
    "video_media_flow": "inactive",
    "text_media_flow": "inactive",
    "rtp_audio_recv_pt": "8",
    "rtp_use_codec_name": "PCMA",
    "rtp_use_codec_rate": "8000",
    "rtp_use_codec_ptime": "20",
    "rtp_use_codec_channels": "1",
    "rtp_last_audio_codec_string": "PCMA@8000h@20i@1c",
    "read_codec": "PCMA",
    "original_read_codec": "PCMA",
    "read_rate": "8000",
    "original_read_rate": "8000",
    "write_codec": "PCMA",
    "write_rate": "8000",
    "dtmf_type": "info",
    "local_media_ip": "127.0.0.1",
    "local_media_port": "41646",
    "advertised_media_ip": "127.0.0.1",
    "rtp_local_sdp_str": _LOCAL_SDP,
    "rtp_use_timer_name": "soft",
    "rtp_use_pt": "8",
    "rtp_use_ssrc": "319640902",
    "remote_media_ip": "127.0.0.1",
    "remote_media_port": "16592",
}
_RTP_COUNTERS = """
    in_raw_bytes in_media_bytes in_packet_count in_media_packet_count in_skip_packet_count in_jitter_packet_count
    in_dtmf_packet_count in_cng_packet_count in_flush_packet_count in_largest_jb_size in_jitter_min_variance
    in_jitter_max_variance in_jitter_loss_rate in_jitter_burst_rate in_mean_interval in_flaw_total
    in_quality_percentage in_mos out_raw_bytes out_media_bytes out_packet_count out_media_packet_count
    out_skip_packet_count out_dtmf_packet_count out_cng_packet_count rtcp_packet_count rtcp_octet_count
""".split()  # noqa: SIM905


_ADDRESSES = {
    **dict.fromkeys(
        ("sip_local_network_addr", "sip_network_ip", "sip_received_ip", "sip_contact_host", "sip_via_host"), "127.0.0.1"
    ),
    **dict.fromkeys(("sip_network_port", "sip_received_port", "sip_contact_port", "sip_via_port"), "15710"),
    "sip_via_protocol": "udp",
    "sip_contact_user": "caller",
    "sip_contact_uri": "caller@127.0.0.1:15710",
    "sofia_profile_name": "external",
    "recovery_profile_name": "external",
    "sofia_profile_url": "sip:mod_sofia@127.0.0.1:5080",
    "max_forwards": "70",
}
_INBOUND = Layer({**_ADDRESSES, **_MEDIA, "sip_full_via": "SIP/2.0/UDP 127.0.0.1:15710;branch=z9hG4bK-20931-1-0"})
# Of a profile with parse-all-invite-headers: the headers that every INVITE has.
_PARSED = Layer(
    {
        "sip_i_call_id": "1-20931@127.0.0.1",
        "sip_i_cseq": "1 INVITE",
        "sip_i_max_forwards": "70",
        "sip_i_contact": "<sip:caller@127.0.0.1:15710>",
        "sip_i_user_agent": "softphone",
        "sip_i_allow": "INVITE, ACK, BYE, CANCEL, OPTIONS, REFER, NOTIFY, UPDATE, INFO",
        "sip_i_content_type": "application/sdp",
        "sip_i_content_length": "129",
        "sip_i_via": "SIP/2.0/UDP 127.0.0.1:15710;branch=z9hG4bK-20931-1-0",
    }
)
_OUTBOUND = Layer({**_ADDRESSES, "switch_m_sdp": _SDP})
_ANSWERED = Layer(_MEDIA)
_RTP_REPORT = Layer({f"rtp_audio_{name}": "0" for name in _RTP_COUNTERS})


def describe_inbound(channel: Channel, realistic: bool, parse_all: bool) -> None:
    """Set the variables of a call that came in by SIP, on a profile with or without parse-all-invite-headers."""
    caller, dialled = channel.profile.caller_number, channel.profile.destination
    if realistic:
        channel.variables.lay(_INBOUND)
        if parse_all:
            channel.variables.lay(_PARSED)
        channel.set("sip_full_from", f'"{channel.profile.caller_name}" <sip:{caller}@127.0.0.1>;tag=1')
        channel.set("sip_full_to", f"<sip:{dialled}@127.0.0.1>")
    channel.set("sip_from_user", caller)
    channel.set("sip_from_host", "127.0.0.1")
    channel.set("sip_from_uri", f"{caller}@127.0.0.1")
    channel.set("sip_from_user_stripped", caller.lstrip("+"))
    channel.set("sip_from_display", channel.profile.caller_name)
    channel.set("sip_call_id", f"{channel.uuid}@127.0.0.1")
    for part in ("req", "to"):
        channel.set(f"sip_{part}_user", dialled)
        channel.set(f"sip_{part}_uri", f"{dialled}@127.0.0.1")
        channel.set(f"sip_{part}_host", "127.0.0.1")
    channel.set("endpoint_disposition", "RECEIVED")


def describe_outbound(channel: Channel, realistic: bool) -> None:
    """Set the variables of a call that went out by SIP."""
    caller, dialled = channel.profile.caller_number, channel.profile.destination
    if realistic:
        channel.variables.lay(_OUTBOUND)
        channel.set("sip_call_id", channel.uuid)
        channel.set("sip_from_user", caller)
        channel.set("sip_full_from", f'"{channel.profile.caller_name}" <sip:{caller}@127.0.0.1>;tag=yUv2Fy1HmBSKH')
        channel.set("sip_full_to", f"<sip:{dialled}@127.0.0.1>;tag=1")
    channel.set("is_outbound", "true")
    channel.set("sip_destination_url", f"sip:{dialled}@127.0.0.1")
    channel.set("sip_req_uri", f"{dialled}@127.0.0.1")
    channel.set("sip_to_user", dialled)


def describe_answer(channel: Channel, realistic: bool) -> None:
    """Set the variables that an outgoing call gets once it is answered."""
    if realistic and channel.direction == "outbound":
        channel.variables.lay(_ANSWERED)


def closing_lines(channel: Channel, q850: int, realistic: bool) -> str:
    """The lines of a channel's final report; times are epoch seconds, and microseconds in `..._uepoch`."""
    times = channel.times
    billed = times.hungup - times.answered if times.answered else 0
    lasted = times.hungup - times.created
    caller = f'"{channel.profile.caller_name}" <{channel.profile.caller_number}>'
    return (
        f"variable_hangup_cause: {channel.cause}\nvariable_hangup_cause_q850: {q850}\nvariable_digits_dialed: none\n"
        f"{_stamps(times)}"
        f"variable_last_app: {encoded(channel.application)}\n"
        f"variable_last_arg: {encoded(channel.application_data)}\n"
        f"variable_caller_id: {encoded(caller)}\n"
        f"variable_duration: {lasted // 1_000_000}\nvariable_billsec: {billed // 1_000_000}\n"
        f"variable_mduration: {lasted // 1_000}\nvariable_billmsec: {billed // 1_000}\n"
        f"variable_uduration: {lasted}\nvariable_billusec: {billed}\n"
        f"{_RTP_REPORT.block if realistic else ''}"
    )


def _stamps(times: Times) -> str:
    moments = {
        "start": times.created,
        "profile_start": times.profile,
        "answer": times.answered,
        "bridge": times.bridged,
        "progress": times.progress,
        "progress_media": times.media,
        "end": times.hungup,
    }
    return "".join(
        f"{_stamp(name, micros // 1_000_000)}variable_{name}_uepoch: {micros}\n" for name, micros in moments.items()
    )


def _stamp(name: str, second: int) -> str:
    stamp = f"variable_{name}_stamp: {_written(second)}\n" if second else ""
    return f"{stamp}variable_{name}_epoch: {second}\n"


@lru_cache(maxsize=64)
def _written(second: int) -> str:
    return encoded(f"{datetime.fromtimestamp(second, UTC):%Y-%m-%d %H:%M:%S}")
