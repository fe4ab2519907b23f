-- Macros for what engines write differently, so that one .sql file runs on each engine.
CREATE MACRO f_bucket(t, seconds) AS
    time_bucket(to_seconds(seconds), CAST(t AS TIMESTAMP), TIMESTAMP '1970-01-01');
CREATE MACRO f_add_seconds(t, seconds) AS t + to_seconds(seconds);
-- The kind of reason why a line was refused: the reason without the line's own value and the position of the error.
CREATE MACRO f_reason_kind(reason) AS
    regexp_replace(regexp_replace(reason, ' is .{1,41}: ', ': '), ' (at|character|byte|is) [0-9][0-9a-fx,]*', ' \1 N', 'g');
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
