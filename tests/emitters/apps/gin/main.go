// The shop with Gin and its default logger.
package main

import (
	"os"
	"time"

	"github.com/gin-gonic/gin"
)

func main() {
	gin.SetMode(gin.ReleaseMode)
	router := gin.Default()
	for path, status := range map[string]int{
		"/v1/items": 200, "/v1/items/:id": 200, "/v1/private": 401, "/v1/limited": 429, "/v1/down": 503,
	} {
		status := status
		router.GET(path, func(context *gin.Context) { context.JSON(status, gin.H{}) })
	}
	router.POST("/v1/events", func(context *gin.Context) { context.JSON(202, gin.H{}) })
	router.GET("/v1/slow", func(context *gin.Context) { time.Sleep(250 * time.Millisecond); context.JSON(200, gin.H{}) })
	router.GET("/v1/hang", func(context *gin.Context) { time.Sleep(600 * time.Millisecond); context.JSON(200, gin.H{}) })
	router.GET("/v1/boom", func(context *gin.Context) { panic("kaboom in handler") })
	router.Run("127.0.0.1:" + os.Getenv("PORT"))
}
