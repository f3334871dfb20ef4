"""Traces, by OpenTelemetry: one for each case, from the referral to the report. See docs/tracing.md.

Off by default; then nothing of this is imported, and nothing of it stands in anybody's way: it is a bus and a reader in
place of the plain ones. The kernel knows nothing of it.
"""
