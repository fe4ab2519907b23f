-- Macros for what engines write differently, so that one .sql file runs on each engine.
CREATE MACRO f_bucket(t, seconds) AS
    time_bucket(to_seconds(seconds), CAST(t AS TIMESTAMP), TIMESTAMP '1970-01-01');
CREATE MACRO f_add_seconds(t, seconds) AS t + to_seconds(seconds);
-- Whether the path of a source still has it.
CREATE MACRO f_is_present(state) AS state = 'present';
-- What people are shown as the name of a source.
CREATE MACRO f_source_name(path, state, retired_at) AS
    CASE state WHEN 'present' THEN path
        ELSE path || ' (' || state || ' ' || strftime(retired_at, '%Y-%m-%d %H:%M:%S') || ' UTC)' END;
-- Whether a retention rule dropped this day's requests of this status: the day's rollup rows are then not recomputed.
-- The columns are renamed because a macro resolves its arguments against these columns first.
CREATE MACRO f_is_dropped(of_environment, of_status, of_time) AS EXISTS (
    SELECT 1
    FROM (SELECT day AS dropped_day, environment AS dropped_environment, status AS dropped_status FROM dropped_days)
    WHERE dropped_day = date_trunc('day', of_time) AND dropped_status = of_status
        AND dropped_environment IS NOT DISTINCT FROM of_environment);
-- The same for requests of any status.
CREATE MACRO f_is_partly_dropped(of_environment, of_time) AS EXISTS (
    SELECT 1
    FROM (SELECT day AS dropped_day, environment AS dropped_environment, status AS dropped_status FROM dropped_days)
    WHERE dropped_day = date_trunc('day', of_time) AND dropped_status IS NOT NULL
        AND dropped_environment IS NOT DISTINCT FROM of_environment);
