"""The faults that an index must survive, how each is made, and which tests make it."""

from __future__ import annotations

from dataclasses import dataclass

INDEX = "tests/private_index"
FAULTS = "tests/faults"
BACKUPS = f"{INDEX}/test_backups.py"
RECOVERY = f"{INDEX}/test_recovery.py"
FAILS = f"{FAULTS}/test_failures.py::test_a_disk_that_fails_is_told_and_leaves_nothing"
FLIPS = f"{FAULTS}/test_flips.py::test_a_kill_at_any_call_on_the_disk_leaves_all_of_a_session_published_or_none"
COMMANDS = f"{FAULTS}/test_commands.py::test_a_command_that_is_killed_at_any_call_on_the_disk_is_whole_or_not_begun"
POWER = f"{FAULTS}/test_power.py::test_a_power_cut_at_any_call_on_the_disk_loses_nothing_that_was_told"


@dataclass(frozen=True)
class Row:
    """One fault.

    Args:
        number: its place in the table.
        fault: what befalls the index.
        how: how a test makes it.
        tests: the tests that make it; each stands for all its parameters, unless it names one.

    """

    number: int
    fault: str
    how: str
    tests: tuple[str, ...]


ROWS = (
    Row(
        1,
        "kill -9 before each system call of an upload",
        "ptrace, every call of every thread, all processes at once",
        (
            f"{FAULTS}/test_kills.py::test_a_kill_at_any_call_at_all_leaves_old_or_new",
            f"{INDEX}/test_durability.py::test_a_kill_in_the_middle_of_an_upload_leaves_nothing_half",
        ),
    ),
    Row(
        2,
        "the same with two workers",
        "ptrace, calls on the disk",
        (f"{FAULTS}/test_kills.py::test_a_kill_at_any_call_on_the_disk_leaves_old_or_new_with_two_workers",),
    ),
    Row(
        3,
        "a torn write, then the kill",
        "ptrace, half of the bytes are written",
        (f"{FAULTS}/test_kills.py::test_a_torn_write_leaves_old_or_new",),
    ),
    Row(4, "power cut at each call on the disk and after the answer: ext4", "a disk in a file", (f"{POWER}[ext4]",)),
    Row(
        5,
        "the same on file systems that treat names otherwise",
        "a disk in a file",
        (f"{POWER}[ext2]", f"{POWER}[xfs]", f"{POWER}[btrfs]"),
    ),
    Row(6, "the disk is full at one call", "ptrace, ENOSPC", (f"{FAILS}[full-once]",)),
    Row(7, "the disk is full from a call on", "ptrace, ENOSPC; reads go on", (f"{FAILS}[full-from-then-on]",)),
    Row(
        8,
        "the disk fails to flush or to write",
        "ptrace, EIO",
        (
            f"{FAILS}[flush-fails-once]",
            f"{FAILS}[flush-fails-from-then-on]",
            f"{FAILS}[any-write-fails]",
            f"{FAULTS}/test_failures.py::test_a_disk_that_fails_for_good_leaves_nothing_that_the_next_start_takes_for_a_file",
        ),
    ),
    Row(
        9,
        "the disk fails to read while a file is sent",
        "ptrace, EIO",
        (f"{FAULTS}/test_downloads.py::test_a_read_that_fails_never_looks_like_a_whole_file",),
    ),
    Row(
        10,
        "no descriptor, a disk for reading only, no quota",
        "ptrace, EMFILE, EROFS, EDQUOT",
        (f"{FAILS}[no-descriptor]", f"{FAILS}[read-only-from-then-on]", f"{FAILS}[quota-from-then-on]"),
    ),
    Row(
        11,
        "a disk that is really full",
        "a small disk in memory",
        (f"{INDEX}/test_uploads.py::test_a_full_disk_is_told_and_leaves_nothing",),
    ),
    Row(
        12,
        "kill in a yank, a deletion, a restore and a backup",
        "ptrace, calls on the disk; a backup at each event that Python tells its auditors",
        (
            *(f"{COMMANDS}[{command}-from-{share}]" for command in ("yank", "delete", "restore") for share in (1, 4)),
            f"{INDEX}/test_releases.py::test_a_deletion_that_is_killed_at_any_point_is_whole_or_not_begun",
            f"{BACKUPS}::test_a_backup_that_is_killed_at_any_point_leaves_the_one_before_it_and_goes_on_when_it_is_run_again",
        ),
    ),
    Row(
        13,
        "kill in a first start",
        "ptrace, calls on the disk; and at each event that Python tells its auditors",
        (
            *(f"{COMMANDS}[first-start-from-{share}]" for share in (1, 4)),
            f"{RECOVERY}::test_a_first_start_that_is_killed_at_any_point_is_followed_by_a_good_one",
        ),
    ),
    Row(
        14,
        "kill in a checkpoint of SQLite's log; its shared memory is removed after a kill",
        "the walks of row 12, each of which ends with a checkpoint; kill, remove the file, start",
        (
            *(f"{COMMANDS}[yank-from-{share}]" for share in (1, 4)),
            f"{RECOVERY}::test_every_acknowledged_file_is_there_after_a_kill_even_without_the_shared_memory_of_sqlite",
        ),
    ),
    Row(
        15,
        "a race for one name",
        "24 clients with other bytes; and an upload held at each call on the disk while another comes",
        (
            f"{INDEX}/test_durability.py::test_of_many_uploads_of_one_name_at_once_exactly_one_wins",
            f"{FAULTS}/test_holds.py::test_of_two_uploads_of_one_name_exactly_one_is_told_yes",
        ),
    ),
    Row(
        16,
        "the same bytes from many at once",
        "24 clients",
        (f"{INDEX}/test_durability.py::test_of_many_uploads_of_the_same_bytes_all_are_welcome",),
    ),
    Row(
        17,
        "a reader in the middle of an upload",
        "an upload held at each call on the disk while a reader looks",
        (f"{FAULTS}/test_holds.py::test_a_reader_sees_nothing_or_all_of_an_upload_that_stands_still",),
    ),
    Row(
        18,
        "an upload against a deletion of the same file",
        "an upload held at each call on the disk while the deletion runs",
        (f"{FAULTS}/test_holds.py::test_an_upload_and_a_deletion_have_one_order",),
    ),
    Row(
        19,
        "200 slow clients",
        "a byte at a time; a head that does not end",
        (
            f"{INDEX}/test_durability.py::test_a_crowd_that_sends_a_byte_at_a_time_does_not_slow_an_honest_page",
            f"{INDEX}/test_operation.py::test_a_head_that_does_not_end_is_cut",
            f"{INDEX}/test_durability.py::test_a_client_that_goes_away_leaves_nothing",
        ),
    ),
    Row(
        20,
        "a body over the limit",
        "announced and not announced",
        (
            f"{INDEX}/test_uploads.py::test_a_file_over_the_limit_is_refused_whether_its_length_is_announced_or_not",
            f"{INDEX}/test_operation.py::test_a_file_over_the_limit_is_refused",
        ),
    ),
    Row(
        21,
        "a very large body that is accepted",
        "256 MB; the largest memory of any process before and after",
        (f"{FAULTS}/test_large.py::test_a_large_upload_takes_no_more_memory_than_a_small_one",),
    ),
    Row(
        22,
        "bad digests",
        "wrong, not hex, none, one right and one wrong",
        (
            f"{INDEX}/test_digests.py::test_a_wrong_digest_is_refused",
            f"{INDEX}/test_digests.py::test_a_digest_that_can_be_nobodys_is_refused",
            f"{INDEX}/test_digests.py::test_all_faults_of_an_upload_are_told_at_once",
        ),
    ),
    Row(
        23,
        "bad archives",
        "no archive, cut, damaged, bombs, path tricks, links, duplicates, of another name",
        (
            f"{INDEX}/test_archives.py",
            f"{INDEX}/test_wheels.py",
            f"{INDEX}/test_distributions.py",
            f"{INDEX}/test_bad_files.py::test_what_is_no_valid_wheel_is_refused",
            f"{INDEX}/test_bad_files.py::test_what_is_no_valid_sdist_is_refused",
            f"{INDEX}/test_bad_files.py::test_garbage_is_refused",
            f"{INDEX}/test_bad_files.py::test_an_archive_that_is_cut_short_or_damaged_is_refused",
            f"{INDEX}/test_bad_files.py::test_an_archive_bomb_is_refused",
        ),
    ),
    Row(
        24,
        "bad names",
        "a list, and any text by hypothesis",
        (
            f"{INDEX}/test_bad_files.py::test_a_name_that_leaves_the_folder_or_hides_is_refused",
            f"{INDEX}/test_filenames.py",
        ),
    ),
    Row(
        25,
        "malformed forms",
        "mutations of a valid one; hypothesis",
        (
            f"{INDEX}/test_forms.py",
            f"{INDEX}/test_upload_forms.py::test_no_mutation_of_a_valid_upload_is_answered_otherwise_than_well",
            f"{INDEX}/test_upload_forms.py::test_a_broken_form_is_refused",
            f"{INDEX}/test_upload_forms.py::test_what_is_no_form_is_refused",
        ),
    ),
    Row(
        26,
        "malformed HTTP",
        "raw requests: lengths, double and chunked, huge heads, NUL, line ends",
        (f"{FAULTS}/test_http.py::test_a_malformed_request_is_refused_and_harms_nobody",),
    ),
    Row(
        27,
        "SIGTERM in the middle of uploads",
        "24 in flight; one that never ends",
        (
            f"{INDEX}/test_operation.py::test_every_upload_in_flight_ends_well",
            f"{INDEX}/test_operation.py::test_an_upload_that_does_not_end_is_cut_and_leaves_nothing",
            f"{INDEX}/test_operation.py::test_while_an_upload_ends_a_stopping_index_reads_on_and_begins_nothing",
        ),
    ),
    Row(
        28,
        "the clock goes back or far ahead",
        "libfaketime: a start with each of five clocks; a library of our own: jumps while it runs, also in an upload",
        (
            f"{FAULTS}/test_clock.py::test_changes_are_ordered_by_their_serials_whatever_the_clock_says",
            f"{FAULTS}/test_clock.py::test_a_clock_that_jumps_while_the_index_runs_loses_no_file_and_no_order",
            f"{FAULTS}/test_clock.py::test_a_clock_that_jumps_in_the_middle_of_an_upload_does_not_cut_it",
            f"{FAULTS}/test_clock.py::test_a_session_outlives_a_clock_that_goes_back",
            f"{FAULTS}/test_clock.py::test_a_session_is_over_while_the_clock_is_ahead_and_goes_on_once_it_is_right_again",
        ),
    ),
    Row(
        29,
        "bit rot, a lost file, a stray one, an old part",
        "the folder is edited by hand",
        (
            f"{INDEX}/test_checking.py::test_each_fault_is_named_then_mended_and_then_gone",
            f"{INDEX}/test_checking.py::test_the_same_bytes_may_be_uploaded_again_after_a_repair_and_no_others",
            f"{INDEX}/test_ready.py::test_a_file_that_was_changed_by_hand_is_not_served",
            f"{INDEX}/test_publication.py::test_a_staged_file_whose_bytes_the_disk_lost_is_not_published_and_may_be_uploaded_again",
        ),
    ),
    Row(
        30,
        "the other index is slow, dead or lies",
        "not to be made: nothing is fetched from it; a client is sent there for a name that is not ours",
        (f"{INDEX}/test_reads.py::test_an_unknown_project_is_redirected_to_the_public_index",),
    ),
    Row(
        32,
        "a backup under load, restored",
        "uploads go on meanwhile",
        (
            f"{BACKUPS}::test_a_backup_under_load_holds_all_that_was_acknowledged_and_no_row_without_its_file",
            f"{BACKUPS}::test_a_restored_index_is_served_as_it_was",
        ),
    ),
    Row(
        33,
        "kill in the publication of a session",
        "ptrace, calls on the disk; of a session of two projects",
        (
            FLIPS,
            f"{INDEX}/test_publication.py::test_a_reader_never_sees_a_part_of_a_set",
        ),
    ),
)
