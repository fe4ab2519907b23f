-- Which requests are symptoms: refusals, and pipes of a website that has no event yet?
-- $codes text[]
WITH refused AS (
    -- Text that is not UTF-8 after percent-decoding stays as it is.
    SELECT * EXCLUDE (in_path), coalesce(website_id, try(url_decode(in_path)), in_path) AS website
    FROM (SELECT *, nullif(regexp_extract(path, '[?&]website_id=([^&#]+)', 1), '') AS in_path FROM relevant)
    WHERE list_contains($codes, error_code) AND timestamp >= (SELECT start FROM span)
), empty AS (
    SELECT answered.*, answered.website_id AS website
    FROM relevant AS answered
    JOIN websites ON websites.website_id = answered.website_id
        AND websites.environment IS NOT DISTINCT FROM answered.environment
    WHERE answered.status < 300 AND answered.response_rows = 0
        AND answered.timestamp >= (SELECT start FROM span)
        AND (websites.first_event IS NULL OR answered.timestamp < websites.first_event)
        AND (websites.first_rows IS NULL OR answered.timestamp < websites.first_rows)
        -- Rows without an event before them, and empty answers after them: old data outside a narrow question's range.
        AND NOT coalesce(websites.first_rows < coalesce(websites.first_event, websites.last_empty)
            AND websites.first_rows < websites.last_empty, FALSE)
)
-- Details may be any text. NULL replaces text that is not JSON, so that no case's query fails on it.
SELECT row_number() OVER () AS place,
    * EXCLUDE (row, host, website_id)
        REPLACE (CASE WHEN json_valid(error_details) THEN error_details END AS error_details)
FROM (SELECT * FROM refused UNION ALL SELECT * FROM empty)
