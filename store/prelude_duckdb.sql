-- Words that the questions use where engines differ, so that one .sql file answers on each.
CREATE MACRO f_bucket(t, seconds) AS
    time_bucket(to_seconds(seconds), CAST(t AS TIMESTAMP), TIMESTAMP '1970-01-01');
CREATE MACRO f_add_seconds(t, seconds) AS t + to_seconds(seconds);
