"""The fixed words of patients' pages, by language. A new language is one more entry."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class PatientWords:
    language: str
    title: str
    greeting: str  # {name}
    your_visit: str
    moved: str
    cancelled: str
    over: str
    i_will_be_there: str
    confirmed: str
    not_coming: str  # {phone}
    call_us: str
    questions: str
    emergency: str
    stop_mail: str
    mail_stopped: str
    gone_title: str
    gone: str


ENGLISH = PatientWords(
    language="en",
    title="A message for you",
    greeting="Hello {name}",
    your_visit="Your visit",
    moved="This visit has moved since we wrote to you. What you see here is its present time.",
    cancelled="This visit no longer stands. You need to do nothing to prepare for it.",
    over="The time of this visit has passed.",
    i_will_be_there="I'll be there",
    confirmed="You told us that you will be there. Thank you.",
    not_coming="Need another time? Please call {phone}.",
    call_us="Call us",
    questions="Questions? Call us, or answer our text message.",
    emergency="In an emergency call 911. If you think of harming yourself, call or text 988 at any hour.",
    stop_mail="Stop these e-mails",
    mail_stopped="You will get no more e-mails from us. If you want them again, call us.",
    gone_title="This link no longer works",
    gone="Links in our messages open for some days only, and have to be complete. Please look for our latest message,"
    " or call the clinic at the number you know.",
)
SPANISH = PatientWords(
    language="es",
    title="Un mensaje para usted",
    greeting="Hola, {name}",
    your_visit="Su visita",
    moved="Esta visita cambió de hora después de que le escribimos. Aquí ve la hora actual.",
    cancelled="Esta visita ya no está en pie. No tiene que prepararse para ella.",
    over="La hora de esta visita ya pasó.",
    i_will_be_there="Ahí estaré",
    confirmed="Nos dijo que vendrá. Gracias.",
    not_coming="¿Necesita otra hora? Llame al {phone}.",
    call_us="Llámenos",
    questions="¿Preguntas? Llámenos o responda a nuestro mensaje de texto.",
    emergency="En una emergencia llame al 911. Si piensa en hacerse daño, llame o escriba al 988 a cualquier hora.",
    stop_mail="No quiero más de estos correos",
    mail_stopped="Ya no le enviaremos correos. Si los quiere de nuevo, llámenos.",
    gone_title="Este enlace ya no funciona",
    gone="Los enlaces de nuestros mensajes abren solo por unos días y tienen que estar completos. Busque nuestro"
    " mensaje más reciente o llame a la clínica al número que ya conoce.",
)
_ALL = {words.language: words for words in (ENGLISH, SPANISH)}


def patient_words(language: str) -> PatientWords:
    """`es-MX` finds Spanish; English where there are none."""
    return _ALL.get(language.split("-", maxsplit=1)[0], ENGLISH)
