-- Words that the questions use where engines differ, so that one .sql file answers on each.
CREATE MACRO f_bucket(t, seconds) AS
    time_bucket(to_seconds(seconds), CAST(t AS TIMESTAMP), TIMESTAMP '1970-01-01');
CREATE MACRO f_add_seconds(t, seconds) AS t + to_seconds(seconds);
-- Why a line was refused, without what is of this line alone: the value it had, and the place of the error.
CREATE MACRO f_reason_kind(reason) AS
    regexp_replace(regexp_replace(reason, ' is .{1,41}: ', ': '), ' (at|character|byte|is) [0-9][0-9a-fx,]*', ' \1 N', 'g');
-- Whether requests of a day were dropped by a rule: then what was counted of them before is left as it is. The columns
-- are renamed, for what a macro is given is looked up among them first.
CREATE MACRO f_is_dropped(of_environment, of_status, of_time) AS EXISTS (
    SELECT 1
    FROM (SELECT day AS dropped_day, environment AS dropped_environment, status AS dropped_status FROM dropped_days)
    WHERE dropped_day = date_trunc('day', of_time) AND dropped_status = of_status
        AND dropped_environment IS NOT DISTINCT FROM of_environment);
CREATE MACRO f_is_partly_dropped(of_environment, of_time) AS EXISTS (
    SELECT 1
    FROM (SELECT day AS dropped_day, environment AS dropped_environment, status AS dropped_status FROM dropped_days)
    WHERE dropped_day = date_trunc('day', of_time) AND dropped_status IS NOT NULL
        AND dropped_environment IS NOT DISTINCT FROM of_environment);
