"""What a patient does with the page behind the link, on a phone."""

from playwright.sync_api import Page, expect

from tests.pages.conftest import Site


def test_a_patient_confirms_with_one_press(page: Page, site: Site) -> None:
    about = site.house.one("SELECT id FROM appointments WHERE external_id = 'A-2'").id
    page.goto(site.house.link(site.house.message("confirm", about)))
    page.get_by_role("button", name="I'll be there").click()
    expect(page.get_by_text("You told us that you will be there.")).to_be_visible()
    assert site.house.one("SELECT how FROM readiness WHERE appointment_id = :id", id=about).how == "page"


def test_a_patients_page_asks_nobody_else_for_anything(page: Page, site: Site) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    about = site.house.one("SELECT id FROM appointments WHERE external_id = 'A-2'").id
    page.goto(site.house.link(site.house.message("confirm", about)))
    assert asked
    assert all(url.startswith(site.url) for url in asked)
