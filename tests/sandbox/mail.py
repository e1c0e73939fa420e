"""Mails to send."""

from sendgrid.helpers.mail import CustomArg, From, Mail, PlainTextContent, To


def mail_to(address: str, *, handrail_id: str = "attempt-1", text: str = "There is a message for you.") -> Mail:
    mail = Mail(
        from_email=From("no-reply@clinic.invalid"),
        to_emails=To(address),
        subject="A message from Lakeside Clinic",
        plain_text_content=PlainTextContent(text),
    )
    mail.add_custom_arg(CustomArg("handrail_id", handrail_id))
    return mail
