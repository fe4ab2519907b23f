-- Which rows of rollups.sql are recounted: f_is_recounted, of requests of one status and of requests of any status. It is
-- a macro of the connection, in one of two forms, because planning the condition on dropped days takes long.

-- name: every_row
CREATE OR REPLACE TEMP MACRO f_is_recounted(of_environment, of_status, of_time) AS true,
    (of_environment, of_time) AS true;

-- name: rows_not_dropped
CREATE OR REPLACE TEMP MACRO f_is_recounted(of_environment, of_status, of_time) AS
        NOT f_is_dropped(of_environment, of_status, of_time),
    (of_environment, of_time) AS NOT f_is_partly_dropped(of_environment, of_time);
