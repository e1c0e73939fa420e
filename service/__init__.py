"""Handrail: reminders before a session, a hand after it.

Reading order for a newcomer: `domain/values.py` (the words), `domain/states.py` (a message's life),
`domain/plan.py` (what a schedule means for one appointment), `messaging/` (the use cases, one verb a file),
`tests/stories/` (whole journeys).
"""
