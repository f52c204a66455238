"""The modules of all rules, imported folder by folder. To add a rule, add its module here."""

from functools import cache
from importlib import import_module

from validator.rules.base import Rule

_MODULES = {
    "document": """
        not_json not_utf8 too_deep too_large broken_compression broken_recording duplicate_key
        non_finite_number lone_surrogate not_a_run_list mixed_naming worker_ended internal_error
    """,
    "schema": """
        type enum const required minimum maximum min_length max_items misspelt_key
    """,
    "page": """
        first_id_mismatch last_id_mismatch empty_page_ids empty_page_has_more duplicate_run_id
        mixed_thread_ids unordered_runs page_too_long concurrent_active_runs
    """,
    "run": """
        empty_identifier shared_identifier unprefixed_id placeholder_value metadata_limits sampling_range
        truncation_mismatch completed_without_time unexpected_completion_time cancelled_without_time
        unexpected_cancellation_time failed_without_time unexpected_failure_time failed_without_error
        unexpected_error missing_required_action unexpected_required_action incomplete_without_details
        unexpected_incomplete_details active_without_start completed_without_start expiry_on_ended_run
        active_without_expiry integer_as_float started_before_created ended_before_started
        expired_before_created milliseconds zero_timestamp implausible_timestamp token_total_mismatch
        negative_tokens cached_exceeds_prompt usage_on_active_run missing_usage over_token_limit
        steps_usage_mismatch unknown_tool_type outdated_tool_type duplicate_tool_call_id arguments_not_json
        arguments_mismatch undeclared_tool_call undeclared_tool_choice invalid_function_name
        duplicate_function_name invalid_parameters_schema not_strict_schema parallel_tool_calls_disabled
    """,
    "answer": """
        server_error no_response redirected error_envelope content_type camel_case_response unexpected_object
        other_thread other_run limit_out_of_range stale_active_run unknown_order_accepted unknown_id_accepted
        key_not_checked no_empty_page refused_request unexpected_status
    """,
    "listing": """
        overlapping_pages mixed_thread_pages broken_chain false_has_more
    """,
    "recording": """
        premature_end needless_has_more lost_runs wrong_window unmirrored_order unstable_order unknown_cursor_accepted
    """,
    "history": """
        changed_immutable_field illegal_transition time_moved_back usage_shrank inconsistent_run
    """,
    "stream": """
        event_status_mismatch done_on_active_run stream_error event_without_data joined_events
    """,
}
"""The modules of the rules by their folder, in the order in which they are listed; each has its rule as `check`."""

FOLDERS = tuple(_MODULES)


@cache
def load_rules(folder: str) -> tuple[Rule, ...]:
    """Import the rules of a folder: most documents need those of runs and pages only."""
    return tuple(import_module(f"validator.rules.{folder}.{module}").check for module in _MODULES[folder].split())
