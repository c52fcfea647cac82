"""The page about roles says what the code does."""

from models.people import access_table
from models.people.access import RULES, Act
from models.people.tables import Role


def test_the_page_is_the_table() -> None:
    assert access_table.PAGE.read_text(encoding="utf-8") == access_table.page(), (
        "run `python -m models.people.access_table`"
    )


def test_every_role_and_act_is_on_the_page() -> None:
    assert set(access_table.SHORT) == set(Role)
    for act in Act:
        assert f"| {act.value[:1].upper()}{act.value[1:]} |" in access_table.page()


def test_what_the_people_of_the_field_may_do() -> None:
    """The lines that matter most, once more by hand."""
    assert RULES[Act.PROPOSE] == {
        Role.OFFICER,
        Role.SERVICE_MANAGER,
        Role.HEAD_OF_SERVICE,
        Role.ASSISTANT_DIRECTOR,
        Role.DIRECTOR,
    }
    assert RULES[Act.SEE_CASE] == RULES[Act.PROPOSE] | {Role.LEGAL}
    assert RULES[Act.MANAGE_OFFICERS] == {Role.ADMINISTRATOR}
    assert {Role.VIEWER, Role.ADMINISTRATOR} <= RULES[Act.SEE_OUTLINES]
