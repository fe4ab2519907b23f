-- How did each subject fail: how often, when, in how many sittings, and how often did it succeed meanwhile and since?
-- A run is a row of failures without a success of the same client; a sitting ends with a long silence.
-- $slip_s double
-- $fewest_of_a_long_run bigint
-- $sitting_pause_s double
WITH steps AS (
    SELECT *,
        count(*) FILTER (WHERE succeeded AND same_client)
            OVER (PARTITION BY subject ORDER BY timestamp, request_id, succeeded ROWS UNBOUNDED PRECEDING) AS successes_so_far,
        count(*) FILTER (WHERE succeeded)
            OVER (PARTITION BY subject ORDER BY timestamp, request_id, succeeded ROWS UNBOUNDED PRECEDING) AS any_so_far
    FROM trail
), failures AS (
    SELECT *,
        date_diff('millisecond', lag(timestamp) OVER in_time, timestamp) / 1000.0 AS silence_s,
        successes_so_far - lag(successes_so_far) OVER in_time AS successes_between,
        any_so_far - lag(any_so_far) OVER in_time AS any_between
    FROM steps
    WHERE NOT succeeded
    WINDOW in_time AS (PARTITION BY subject ORDER BY timestamp, request_id)
), runs AS (
    SELECT subject, count(*) AS failures,
        date_diff('millisecond', min(timestamp), max(timestamp)) / 1000.0 AS seconds
    FROM failures
    GROUP BY subject, successes_so_far
), program_runs AS (
    SELECT subject, count(*) AS failures,
        date_diff('millisecond', min(timestamp), max(timestamp)) / 1000.0 AS seconds
    FROM failures
    GROUP BY subject, any_so_far
), longest_of_programs AS (
    SELECT subject,
        coalesce(max(failures) FILTER (WHERE seconds >= $slip_s), 0) AS any_run_failures,
        coalesce(max(seconds) FILTER (WHERE failures >= $fewest_of_a_long_run), 0) AS any_run_seconds
    FROM program_runs
    GROUP BY subject
), longest AS (
    SELECT subject,
        coalesce(max(failures) FILTER (WHERE seconds >= $slip_s), 0) AS run_failures,
        coalesce(max(seconds) FILTER (WHERE failures >= $fewest_of_a_long_run), 0) AS run_seconds
    FROM runs
    GROUP BY subject
), sittings AS (
    SELECT subject, max(seconds) AS longest_sitting_s
    FROM (
        SELECT subject, date_diff('millisecond', min(timestamp), max(timestamp)) / 1000.0 AS seconds
        FROM (
            SELECT subject, timestamp, count(*) FILTER (WHERE silence_s > $sitting_pause_s)
                OVER (PARTITION BY subject ORDER BY timestamp, request_id, succeeded ROWS UNBOUNDED PRECEDING) AS sitting
            FROM failures
        )
        GROUP BY subject, sitting
    )
    GROUP BY subject
), spans AS (
    SELECT subject, count(*) AS failing_requests,
        min(timestamp) AS first_seen, max(timestamp) AS last_seen,
        coalesce(max(silence_s), 0) AS longest_silence_s,
        count(*) FILTER (WHERE silence_s > $sitting_pause_s) + 1 AS sittings,
        count(DISTINCT CAST(timestamp AS DATE)) AS days,
        sqrt(pow(avg(cos(extract('epoch' FROM CAST(timestamp AS TIME)) * pi() / 43200)), 2)
            + pow(avg(sin(extract('epoch' FROM CAST(timestamp AS TIME)) * pi() / 43200)), 2)) AS same_hour,
        count(*) FILTER (WHERE extract('isodow' FROM timestamp) >= 6) AS at_weekends,
        coalesce(max(successes_between), 0) AS most_successes_between,
        coalesce(max(any_between), 0) AS most_any_between,
        max(successes_so_far) AS successes_until_last,
        max(any_so_far) AS any_until_last,
        list(request_id ORDER BY timestamp, request_id)[:3] AS first_ids,
        list(request_id ORDER BY timestamp DESC, request_id)[:2] AS last_ids
    FROM failures
    GROUP BY subject
), totals AS (
    SELECT trail.subject,
        count(*) FILTER (WHERE succeeded AND same_client) AS successes,
        count(*) FILTER (WHERE succeeded) AS any_successes,
        min(timestamp) FILTER (WHERE succeeded AND same_client AND timestamp > spans.last_seen) AS success_since,
        arg_min(request_id, timestamp)
            FILTER (WHERE succeeded AND same_client AND timestamp > spans.last_seen) AS success_since_id,
        min(timestamp) FILTER (WHERE succeeded AND timestamp > spans.last_seen) AS any_success_since,
        arg_min(request_id, timestamp)
            FILTER (WHERE succeeded AND timestamp > spans.last_seen) AS any_success_since_id,
        arg_max(request_id, timestamp)
            FILTER (WHERE succeeded AND same_client AND timestamp < spans.last_seen) AS success_meanwhile_id
    FROM trail
    JOIN spans ON spans.subject = trail.subject
    GROUP BY trail.subject
), whose AS (
    SELECT subject, case_name,
        max(environment) AS environment,
        max(customer_id) AS customer_id,
        mode(key_fingerprint ORDER BY key_fingerprint) AS key_fingerprint,
        mode(key_prefix ORDER BY key_prefix) AS key_prefix,
        mode(key_id ORDER BY key_id) AS key_id,
        mode(website ORDER BY website) AS website_id,
        count(DISTINCT website) AS websites,
        mode(client_ip ORDER BY client_ip) AS client_ip,
        mode(user_agent ORDER BY user_agent) AS user_agent,
        mode(route ORDER BY route) AS route,
        count(DISTINCT client_ip) AS addresses,
        bool_and(customer_id IS NULL AND address_is_shared) AS lost_in_a_crowd,
        mode(found_by ORDER BY found_by) AS found_by,
        arg_max(found_by_id, timestamp) AS found_by_id,
        arg_max(request_id, timestamp) FILTER (WHERE named_customer_id IS NULL) AS unnamed_id,
        count(*) FILTER (WHERE key_fingerprint IS NULL AND key_prefix IS NOT NULL) AS without_fingerprint
    FROM explained
    JOIN symptoms USING (place)
    GROUP BY subject, case_name
), newcomers AS (
    SELECT asked.subject, min(done.first_success) AS newcomer_success,
        arg_min(done.first_success_id, done.first_success) AS newcomer_success_id,
        coalesce(sum(done.successes) FILTER (WHERE programs.subject IS NOT NULL), 0) AS same_program_successes
    FROM (SELECT DISTINCT subject, environment, customer_id, route FROM clients WHERE customer_id IS NOT NULL) AS asked
    JOIN spans ON spans.subject = asked.subject
    JOIN successes AS done ON done.customer_id = asked.customer_id AND done.route = asked.route
        AND done.environment IS NOT DISTINCT FROM asked.environment AND done.first_success > spans.last_seen
    LEFT JOIN (SELECT DISTINCT subject, user_agent FROM clients) AS programs ON programs.subject = asked.subject
        AND programs.user_agent IS NOT DISTINCT FROM done.user_agent
    WHERE programs.subject IS NOT NULL OR done.program_first_success > spans.last_seen
    GROUP BY asked.subject
)
SELECT whose.*, spans.* EXCLUDE (subject), sittings.longest_sitting_s, longest.* EXCLUDE (subject), longest_of_programs.* EXCLUDE (subject),
    totals.* EXCLUDE (subject),
    newcomers.newcomer_success, newcomers.newcomer_success_id,
    coalesce(newcomers.same_program_successes, 0) AS same_program_successes
FROM whose
JOIN spans ON spans.subject = whose.subject
JOIN sittings ON sittings.subject = whose.subject
JOIN longest ON longest.subject = whose.subject
JOIN longest_of_programs ON longest_of_programs.subject = whose.subject
JOIN totals ON totals.subject = whose.subject
LEFT JOIN newcomers ON newcomers.subject = whose.subject
