"""What the applicant was told, what they stated, and who read it."""

from flask import Blueprint, render_template

from services.portal.applying.sitting import Person
from services.portal.cases.reading import Gathered
from services.portal.room import Portal


def routes(blp: Blueprint, portal: Portal) -> None:
    """Messages, readings, and the application as it is kept."""

    @blp.get("/cases/<case>/messages")
    def messages(case: str) -> str:
        gathered = Gathered(portal, Person.here(portal).token)
        found = gathered.needed(f"/v1/notices/{case}").document
        return render_template("cases/messages.html", case=case, messages=found["messages"])

    @blp.get("/cases/<case>/readings")
    def readings(case: str) -> str:
        gathered = Gathered(portal, Person.here(portal).token)
        found = gathered.needed(f"/v1/cases/{case}/readings").document
        return render_template("cases/readings.html", case=case, found=found)

    @blp.get("/cases/<case>/application")
    def application(case: str) -> str:
        gathered = Gathered(portal, Person.here(portal).token)
        found = gathered.needed(f"/v1/cases/{case}/application").document
        return render_template("cases/application.html", case=case, found=found)
