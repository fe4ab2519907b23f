<?php
// The shop under PHP's own server, which logs with Monolog's JsonFormatter.
require '/usr/share/php/Monolog/autoload.php';

use Monolog\Formatter\JsonFormatter;
use Monolog\Handler\StreamHandler;
use Monolog\Logger;

$started = microtime(true);
$handler = new StreamHandler('/srv/app/written/app.log');
$handler->setFormatter(new JsonFormatter());
$log = new Logger('shop');
$log->pushHandler($handler);

$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
$id = $_SERVER['HTTP_X_REQUEST_ID'] ?? bin2hex(random_bytes(16));
header("X-Request-Id: $id");
$statuses = ['/v1/items' => 200, '/v1/items/42' => 200, '/v1/events' => 202, '/v1/private' => 401, '/v1/limited' => 429,
    '/v1/down' => 503, '/v1/slow' => 200, '/v1/hang' => 200];
$status = $statuses[$path] ?? 404;
usleep(['/v1/slow' => 250000, '/v1/hang' => 600000][$path] ?? 0);
try {
    if ($path === '/v1/boom') {
        throw new RuntimeException('kaboom in handler');
    }
} catch (RuntimeException $error) {
    $status = 500;
    $log->error($error->getMessage(), ['request_id' => $id, 'exception' => $error]);
}
http_response_code($status);
echo '{}';
$log->info('request', [
    'request_id' => $id, 'method' => $_SERVER['REQUEST_METHOD'], 'uri' => $_SERVER['REQUEST_URI'], 'status' => $status,
    'duration_ms' => round((microtime(true) - $started) * 1000, 2), 'ip' => $_SERVER['REMOTE_ADDR'],
    'user_agent' => $_SERVER['HTTP_USER_AGENT'] ?? null,
]);
