"""What office suites send, with everything that is odd about it."""

import json
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adoption.connectors import offices
from adoption.connectors.offices import Told
from rules import period
from rules.reliance import workbooks
from rules.reliance.workbooks import Rule

SAMPLES = Path(__file__).parents[3] / "shared" / "samples"
GUID = "1f7c3e9a-5d2b-4a80-9c6e-3b1d7f5a2e94"
SITE = "https://corp.sharepoint.com/sites/Sales/"
MICROSOFT = {
    "CreationTime": "2026-11-02T10:00:00",
    "Id": "e9a3c7d1-4f2b-4b86-a5e0-7c1d9f3b2a64",
    "Operation": "FileModified",
    "RecordType": 6,
    "UserType": 0,
    "Workload": "SharePoint",
    "UserId": "Alice@corp.example",
    "ItemType": "File",
    "ListItemUniqueId": GUID,
    "ObjectId": f"{SITE}Shared Documents/Customers/Contacts Q4.xlsx",
    "SiteUrl": SITE,
    "SourceFileExtension": "xlsx",
    "SourceFileName": "Contacts Q4.xlsx",
    "SourceRelativeUrl": "Shared Documents/Customers",
    "UserAgent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64)",
}
SHEET = "1b2Cd_3eFgHiJkLmNoPqRsTuVwXyZ0-a1B2c3D"
PARAMETERS = {
    "primary_event": True,
    "doc_id": SHEET,
    "doc_type": "spreadsheet",
    "doc_title": "Contacts Q4",
    "owner": "alice@corp.example",
    "visibility": "shared_internally",
}


def parameter(name, value):
    return {"name": name, "boolValue" if isinstance(value, bool) else "value": value}


def google(name="edit", actor=None, head=None, **parameters):
    listed = [parameter(*one) for one in (PARAMETERS | parameters).items()]
    return {
        "kind": "admin#reports#activity",
        "id": {
            "time": "2026-11-02T10:00:00.123Z",
            "uniqueQualifier": "-1234567891234567890",
            "applicationName": "drive",
            "customerId": "C03az79cb",
            **(head or {}),
        },
        "actor": {"callerType": "USER", "email": "alice@corp.example", "profileId": "1", **(actor or {})},
        "events": [{"type": "access", "name": name, "parameters": listed}],
    }


def read(document):
    return list(offices.read(document))


def only(document):
    (one,) = read(document)
    assert isinstance(one, Told), one
    return one


def at(text):
    return period.microseconds(datetime.fromisoformat(text))


# --- Microsoft 365


def test_an_edit_of_a_workbook_is_read_with_what_the_register_needs():
    one = only(MICROSOFT)
    assert (one.id, one.actor, one.kind) == (MICROSOFT["Id"], "Alice@corp.example", "edit")
    assert one.moment == at("2026-11-02T10:00:00+00:00")  # UTC, which it does not say
    assert (one.file.extension, one.file.location) == ("xlsx", "team")
    for kind, value in (
        ("file", GUID),
        ("file", MICROSOFT["ObjectId"]),
        ("folder", "Sales/Shared Documents/Customers"),
    ):
        assert workbooks.holds(Rule(kind, value), one.file)


@pytest.mark.parametrize(
    ("operation", "kind"),
    [
        ("FileModified", "edit"),
        ("FileModifiedExtended", "edit"),
        ("FileUploaded", "upload"),
        ("FileSyncUploadedFull", "upload"),
        ("FileAccessed", None),
        ("FileAccessedExtended", None),
        ("FileDownloaded", None),
        ("FilePreviewed", None),
        ("UserLoggedIn", None),
    ],
)
def test_only_edits_and_uploads_are_more_than_a_sign_of_being_known(operation, kind):
    one = only(MICROSOFT | {"Operation": operation})
    assert one.kind == kind
    assert (one.file is None) == (kind is None)


@pytest.mark.parametrize("kind", [0, "0", 2, "2", "Regular", "Admin"])
def test_people_are_users_of_two_types_as_numbers_or_as_text(kind):
    assert only(MICROSOFT | {"UserType": kind}).kind == "edit"


@pytest.mark.parametrize("kind", [1, 3, 4, 5, 6, 7, 8, "4", "System", "ServicePrincipal", "DcAdmin"])
def test_systems_are_nobody(kind):
    assert read(MICROSOFT | {"UserType": kind}) == []


@pytest.mark.parametrize(
    "name",
    [
        "app@sharepoint", "SHAREPOINT\\system", "S-1-5-18", "NT AUTHORITY\\SYSTEM", "urn:spo:anon#8f1",
        "urn:spo:guest#mail@else.where", "anonymous", "Not Available", "", "x" * 300 + "@corp.example",
    ],
)  # fmt: skip
def test_accounts_that_are_no_person_are_nobody(name):
    assert read(MICROSOFT | {"UserId": name}) == []


def test_a_claim_is_the_address_in_it():
    assert only(MICROSOFT | {"UserId": "i:0#.f|membership|alice@corp.example"}).actor == "alice@corp.example"


@pytest.mark.parametrize(
    "agent", ["Microsoft SkyDriveSync 24.086.0428.0003 ship", "OneDriveMpc-Transform_Thumbnail/1.0"]
)
@pytest.mark.parametrize("operation", ["FileModified", "FileUploaded"])
def test_what_a_sync_agent_does_is_not_done_by_hand(agent, operation):
    assert only(MICROSOFT | {"Operation": operation, "UserAgent": agent}).kind is None


def test_what_somebody_changed_on_their_own_disk_comes_by_the_sync_client():
    agent = "Microsoft SkyDriveSync 24.086.0428.0003"
    assert only(MICROSOFT | {"Operation": "FileSyncUploadedFull", "UserAgent": agent}).kind == "upload"


@pytest.mark.parametrize("extension", ["png", "docx", "aspx", "xlsx.url"])
def test_what_is_no_spreadsheet_is_nobodys_business(extension):
    one = only(MICROSOFT | {"SourceFileExtension": extension})
    assert (one.kind, one.file) == (None, None)


@pytest.mark.parametrize("extension", ["xlsx", "XLSM", "xlsb", "xls", "csv", "ods", "numbers"])
def test_spreadsheets_are_told_by_their_extension_or_their_name(extension):
    assert only(MICROSOFT | {"SourceFileExtension": extension}).file.extension == extension.lower()
    nameless = {name: part for name, part in MICROSOFT.items() if name != "SourceFileExtension"}
    assert only(nameless | {"SourceFileName": f"Contacts.{extension}"}).file.extension == extension.lower()


def test_folders_and_pages_are_no_files():
    assert only(MICROSOFT | {"ItemType": "Folder"}).kind is None


def test_a_workbook_in_ones_own_drive_lies_in_a_personal_place():
    own = "https://corp-my.sharepoint.com/personal/alice_corp_example/Documents/Contacts.xlsx"
    assert only(MICROSOFT | {"ObjectId": own, "Workload": "OneDrive"}).file.location == "personal"


def test_a_sensitivity_label_is_read():
    one = only(MICROSOFT | {"SensitivityLabelId": "b1c0"})
    assert workbooks.holds(Rule("label", "B1C0"), one.file)


def test_an_export_of_dynamics_is_an_export():
    crm = MICROSOFT | {"RecordType": 21, "Operation": "ExportToExcel", "Workload": "CRM"}
    assert only(crm).kind == "export"
    assert only(crm | {"Operation": "CrmDefaultActivity", "Message": "ExportToExcel"}).kind == "export"
    assert only(MICROSOFT | {"Operation": "ExportToExcel"}).kind is None


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"UserType": None, "Id": "1"}, None),
        ({"CreationTime": ""}, "CreationTime"),
        ({"CreationTime": "yesterday"}, "CreationTime"),
        ({"CreationTime": 1767607200}, "CreationTime"),
        ({"Id": ""}, "Id"),
        ({"Id": 5}, "Id"),
    ],
)
def test_what_lacks_something_is_told_by_the_field_and_never_by_what_is_in_it(change, place):
    found = read(MICROSOFT | change)
    if place is None:
        assert found == []  # of no type that is a person's
    else:
        assert len(found) == 1
        assert f"`{place}`" in found[0]
        assert "Contacts" not in found[0]
        assert "lice" not in found[0]


def test_without_a_type_of_user_nobody_is_accused():
    record = {name: part for name, part in MICROSOFT.items() if name != "UserType"}
    assert "`UserType`" in read(record)[0]


# --- Google


def test_an_edit_of_a_sheet_is_read():
    one = only(google())
    assert (one.actor, one.kind) == ("alice@corp.example", "edit")
    assert one.id == "C03az79cb:drive:2026-11-02T10:00:00.123Z:-1234567891234567890:0"
    assert one.moment == at("2026-11-02T10:00:00.123+00:00")
    assert (one.file.extension, one.file.location) == ("gsheet", "team")
    assert workbooks.holds(Rule("file", f"https://docs.google.com/spreadsheets/d/{SHEET}/edit"), one.file)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("edit", "edit"), ("create", "edit"), ("upload", "upload"), ("sheets_import_range", "edit"), ("view", None),
        ("download", None), ("copy", None), ("rename", None), ("email_as_attachment", None),
        ("access_item_content", None),
    ],
)  # fmt: skip
def test_only_edits_and_uploads_in_drive_are_more_than_a_sign_of_being_known(name, kind):
    assert only(google(name)).kind == kind


def test_of_several_events_of_one_action_the_primary_one_counts():
    activity = google()
    second = google("edit", primary_event=False)["events"]
    found = read(activity | {"events": activity["events"] + second})
    assert [one.kind for one in found] == ["edit", None]
    assert len({one.id for one in found}) == 2


@pytest.mark.parametrize(
    "actor",
    [
        {"applicationInfo": {"applicationName": "Tool", "impersonation": True}},
        {"callerType": "KEY"},
        {"email": ""},
        {"email": "no address"},
    ],
)
def test_programs_and_strangers_without_an_address_are_nobody(actor):
    assert read(google(actor=actor)) == []


@pytest.mark.parametrize("time", ["2026-11-02 10:00:00.364000000", "2026-11-02T10:00:00.364Z"])
@pytest.mark.parametrize("qualifier", [1, "1", -5, "-1234567891234567890"])
def test_collectors_flatten_what_google_sends(time, qualifier):
    whole = google()
    flat = {
        "id": whole["id"] | {"time": time, "uniqueQualifier": qualifier},
        "actor": {"email": "alice@corp.example"},
        "name": "edit",
        "type": "access",
        "parameters": PARAMETERS,
    }
    split = flat | {"events": whole["events"][0]}
    for record in (flat, split):
        one = only(record)
        assert one.kind == "edit"
        assert one.moment == at("2026-11-02T10:00:00.364+00:00")
        assert one.id.endswith(f":{qualifier}:0")


@pytest.mark.parametrize(
    ("kind", "title", "extension"),
    [
        ("spreadsheet", "Contacts", "gsheet"), ("msexcel", "Contacts", "xlsx"), ("xlsx", "Contacts", "xlsx"),
        ("csv", "Contacts", "csv"), ("unknown", "Contacts.ods", "ods"), ("document", "Contacts.xlsx", None),
        ("png", "x.png", None), ("unknown", "Contacts", None),
    ],
)  # fmt: skip
def test_sheets_in_drive_are_told_by_their_type_or_their_name(kind, title, extension):
    one = only(google(doc_type=kind, doc_title=title))
    assert (one.file.extension if one.file else None) == extension


def test_where_a_sheet_lies():
    assert only(google(visibility="private")).file.location == "personal"
    shared = only(google(visibility="private", owner_is_shared_drive=True, shared_drive_id="0AbCdEfGhIjKl"))
    assert shared.file.location == "team"
    assert workbooks.holds(Rule("folder", "0AbCdEfGhIjKl"), shared.file)


def test_another_application_of_google_says_only_that_somebody_is_known():
    assert only(google(head={"applicationName": "login"})).kind is None


@pytest.mark.parametrize(
    ("record", "place"),
    [
        (google(head={"time": "soon"}), "time"),
        (google(head={"uniqueQualifier": None}), "id.uniqueQualifier"),
        (google() | {"actor": None}, "actor"),
    ],
)
def test_what_lacks_something_in_google_is_told_by_the_field(record, place):
    (found,) = read(record)
    assert f"`{place}`" in found


# --- how records lie in what comes


@pytest.mark.parametrize(
    "wrap",
    [
        lambda one: [one],
        lambda one: {"items": [one]},
        lambda one: {"value": [one], "@odata.context": "x"},
        lambda one: {"CreationDate": "x", "UserIds": "y", "AuditData": json.dumps(one)},
        lambda one: {"AuditData": one},
        lambda one: {"event": {"original": json.dumps(one)}, "@timestamp": "x"},
        lambda one: {"message": f"<134>Nov  2 10:00:01 collector o365: {json.dumps(one)}"},
        lambda one: {"body": {"message": json.dumps(one)}},
        lambda one: [{"message": json.dumps({"AuditData": json.dumps(one)})}],
    ],
)
@pytest.mark.parametrize("record", [MICROSOFT, google()], ids=["m365", "google"])
def test_records_are_found_inside_what_collectors_put_around_them(wrap, record):
    assert only(wrap(record)).kind == "edit"


@pytest.mark.parametrize("document", [{}, {"a": 1}, [], [3], "text", None, {"message": "{broken"}, {"items": [{}]}])
def test_what_is_no_record_is_told_and_harms_nothing(document):
    assert all(one == offices.STRANGE for one in read(document))
    assert len(read(document)) == (document != [])


def test_a_record_that_is_wrapped_endlessly_is_told():
    document = "x"
    for _ in range(50):
        document = {"message": document if isinstance(document, dict) else {"a": 1}}
    assert read(document) == [offices.STRANGE]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*MICROSOFT, *google()]), inner),
    max_leaves=8,
)


@given(
    st.sampled_from([MICROSOFT, google()]), st.dictionaries(st.sampled_from([*MICROSOFT, *google()]), JSON, max_size=4)
)
def test_no_record_breaks_the_reading(record, changes):
    for one in offices.read(record | changes):
        assert isinstance(one, (Told, str))


# --- what was really sent


def sample(name):
    file = SAMPLES / name
    if not file.exists():
        pytest.skip("the samples are not here")
    return read(json.loads(file.read_text()))


def test_a_real_capture_of_onedrive_holds_one_record_twice_and_no_spreadsheet():
    found = sample("office365_audit/onedrive_upload_access_modify_duplicate_access.json")
    assert {one.actor for one in found} == {"asr@testsiem.onmicrosoft.com"}
    assert (len(found), len({one.id for one in found})) == (4, 3)
    assert {one.kind for one in found} == {None}


def test_a_real_download_of_a_workbook_is_no_edit():
    for name in ("sharepoint_xlsx_download", "sync_client_download_syslog_body"):
        assert [one.kind for one in sample(f"office365_audit/{name}.json")] == [None]


def test_a_notice_of_a_blob_is_no_record():
    assert sample("office365_audit/webhook_notification_content_blob.json") == [offices.STRANGE]


def test_real_records_of_drive():
    assert sample("google_workspace/drive_access_by_impersonating_app.json") == []
    assert [one.kind for one in sample("google_workspace/drive_edit.json")] == [None]  # of a document
    for name in ("download", "view"):
        (one,) = sample(f"google_workspace/drive_spreadsheet_{name}_flat.json")
        assert (one.actor.partition("@")[2] in {"justice.org", "acme.com"}, one.kind) == (True, None)
        assert "-1234567891234567890" in one.id
