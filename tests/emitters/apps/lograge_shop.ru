# Rails with Lograge in JSON, as its README configures it.
require 'action_controller/railtie'
require 'lograge'

class Shop < Rails::Application
  config.eager_load = false
  config.consider_all_requests_local = false
  config.secret_key_base = 'not-a-secret'
  config.hosts.clear
  config.logger = Logger.new($stdout, formatter: proc { |_, _, _, message| "#{message}\n" })
  config.lograge.enabled = true
  config.lograge.formatter = Lograge::Formatters::Json.new
  config.lograge.custom_options = lambda do |event|
    { time: Time.now.utc.iso8601(3), request_id: event.payload[:headers]['action_dispatch.request_id'],
      remote_ip: event.payload[:headers]['REMOTE_ADDR'], user_agent: event.payload[:headers]['HTTP_USER_AGENT'] }
  end
end

class ShopController < ActionController::Base
  skip_before_action :verify_authenticity_token, raise: false
  STATUSES = { '/v1/events' => 202, '/v1/private' => 401, '/v1/limited' => 429, '/v1/down' => 503 }.freeze

  def answer
    sleep({ '/v1/slow' => 0.25, '/v1/hang' => 0.6 }.fetch(request.path, 0))
    raise 'kaboom in handler' if request.path == '/v1/boom'

    render json: {}, status: STATUSES.fetch(request.path, 200)
  end
end

Shop.initialize!
Shop.routes.draw do
  %w[items items/42 events private limited boom down slow hang].each do |path|
    match "/v1/#{path}", to: 'shop#answer', via: %i[get post]
  end
end
run Shop
