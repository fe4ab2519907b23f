# The shop as a plain Rack application.
STATUSES = { '/v1/items' => 200, '/v1/items/42' => 200, '/v1/events' => 202, '/v1/private' => 401, '/v1/limited' => 429,
             '/v1/down' => 503, '/v1/slow' => 200, '/v1/hang' => 200 }.freeze

use Rack::CommonLogger, $stdout
run(lambda do |environment|
  path = environment['PATH_INFO']
  sleep({ '/v1/slow' => 0.25, '/v1/hang' => 0.6 }.fetch(path, 0))
  status = path == '/v1/boom' ? 500 : STATUSES.fetch(path, 404)
  [status, { 'content-type' => 'application/json' }, ['{}']]
end)
