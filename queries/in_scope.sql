-- Which requests is a question about? The only filter on time, environment, customer, route, host and error code.
-- $start timestamp = null
-- $end timestamp = null
-- $environment text = null
-- $customer_id text = null
-- $route text = null
-- $host text = null
-- $error_code text = null
SELECT * FROM requests
WHERE ($start IS NULL OR timestamp >= $start)
    AND ($end IS NULL OR timestamp < $end)
    AND ($environment IS NULL OR environment = $environment)
    AND ($customer_id IS NULL OR customer_id = $customer_id)
    AND ($route IS NULL OR route = $route)
    AND ($host IS NULL OR host = $host)
    AND ($error_code IS NULL OR error_code = $error_code)
