"""Pretend Twilio and SendGrid over real HTTP, with phones to look at and faults to switch on.

Reading order: `records` (what is kept), `faults` (what can go wrong), `texting` and `mailing` (the lives of a text
and a mail), `twilio_api` and `sendgrid_api` (the wire), `inbound` (a text typed on a phone), `pages`, `app`.
"""
